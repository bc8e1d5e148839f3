import { type ReactNode } from 'react';
import { flag } from '../../ui/flag';
import { lazyPart } from '../../ui/lazy-part';
import { isPicture } from './file-words';
import './files.css';
import { placeOf, type FilesOfMessageProps } from './picture-place';

/** As high as the files will be, while their code isn't there: nothing moves when it comes. */
function Places({ message: { attachments: files } }: FilesOfMessageProps): ReactNode {
  const pictures = files.filter(isPicture);
  return (
    <div className="message-files" aria-busy>
      {pictures.length > 0 && (
        <div className="pictures" data-single={flag(pictures.length === 1)}>
          {pictures.map((file) => (
            <div key={file.attachmentId} className="picture" style={pictures.length === 1 ? placeOf(file) : {}} />
          ))}
        </div>
      )}
      {files
        .filter((file) => !isPicture(file))
        .map((file) => (
          <div key={file.attachmentId} className="file-row" />
        ))}
    </div>
  );
}

/** The files of a message. */
export const FilesOfMessage = lazyPart(
  async () => (await import('./message-files')).MessageFiles,
  (props) => <Places {...props} />,
);
