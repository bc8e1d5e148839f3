import { type Attachment } from '@agent-chat/client';
import { useState, type CSSProperties, type ReactNode } from 'react';
import { t } from '../../core/translate';
import { flag } from '../../ui/flag';
import { openDialog } from '../shell/open-dialog';
import { FileIcon } from './file-icon';
import { type FileState } from './file-links';
import { FileName } from './file-name';
import { isPicture, kindLabel, sizeLabel } from './file-words';
import { download, fileLinks, useFileState } from './my-links';
import { ownPicture } from './own-pictures';
import { pictureBox, TILE_PX } from './picture-box';
import { placeOf, type FilesOfMessageProps } from './picture-place';
import { shownIn, type PictureSource } from './shown-variants';

/** What stands in a picture's place while it can't be seen. */
function noteOf(state: FileState, isBroken: boolean): string | undefined {
  if (state.kind === 'gone') return t('No longer there');
  if (state.kind === 'away' || isBroken) return t('Can’t be loaded now');
  if (state.kind !== 'there') return undefined;
  if (state.links.media === 'failed') return t('Can’t be shown');
  return state.links.media === 'waiting' ? t('Being prepared…') : undefined;
}

function sourceOf(state: FileState, attachmentId: string): PictureSource | undefined {
  if (state.kind === 'there' && (state.links.media === 'done' || state.links.media === 'none')) return shownIn(state.links);
  // Whoever sent it is to know that others can't see it.
  if (state.kind === 'there' && state.links.media === 'failed') return undefined;
  const own = state.kind === 'gone' ? undefined : ownPicture(attachmentId);
  return own === undefined ? undefined : { src: own };
}

function placeholderOf(state: FileState): CSSProperties {
  return state.kind === 'there' && state.links.placeholder !== undefined ? { backgroundImage: `url("${state.links.placeholder}")` } : {};
}

function titleOf({ name, sizeBytes }: Attachment, isUnreadable: boolean, beside: string | undefined): string {
  if (isUnreadable) return t('Download {name}, {size}', { name, size: sizeLabel(sizeBytes) });
  return beside === undefined ? name : `${name} · ${beside}`;
}

interface PictureProps {
  readonly file: Attachment;
  /** In pixels; the place that the picture is chosen for. */
  readonly width: number;
  readonly style?: CSSProperties;
  readonly tabIndex?: number | undefined;
  /** One of a group in which the arrows move. */
  readonly isRoving?: boolean;
  /** Beside its name. */
  readonly note?: string;
  readonly onOpen: () => void;
}

/** A picture in a place of a known size: nothing moves when it comes. */
export function Picture({ file, width, style, tabIndex, isRoving = false, note: beside, onOpen }: PictureProps): ReactNode {
  const { attachmentId, name } = file;
  const state = useFileState(attachmentId);
  const isUnreadable = state.kind === 'there' && state.links.media === 'failed';
  const [isBroken, setBroken] = useState(false);
  const source = isBroken ? undefined : sourceOf(state, attachmentId);
  const note = source === undefined ? noteOf(state, isBroken) : undefined;
  const press = (): void => {
    if (isBroken) {
      setBroken(false);
      fileLinks.again(attachmentId);
    } else if (isUnreadable) void download(attachmentId);
    else onOpen();
  };
  const words = t('Picture: {name}', { name });
  return (
    <button
      type="button"
      className="picture"
      style={{ ...style, ...placeholderOf(state) }}
      aria-label={note === undefined ? words : `${words}, ${note}`}
      title={titleOf(file, isUnreadable, beside)}
      tabIndex={tabIndex}
      data-roving={flag(isRoving)}
      disabled={state.kind === 'gone'}
      data-attachment-id={attachmentId}
      data-empty={flag(source === undefined)}
      onClick={press}
    >
      {source !== undefined && <img {...source} sizes={`${String(width)}px`} alt={words} loading="lazy" decoding="async" onError={() => setBroken(true)} />}
      {note !== undefined && (
        <span className="picture-note">
          <FileIcon name={isUnreadable ? 'download' : 'picture'} size={22} />
          {note}
        </span>
      )}
    </button>
  );
}

interface FileRowProps {
  readonly file: Attachment;
  readonly tabIndex: number;
  readonly isRoving?: boolean;
  /** In place of its size and kind. */
  readonly note?: string;
}

/** A file by its name; a press saves it. */
export function FileRow({ file, tabIndex, isRoving = false, note }: FileRowProps): ReactNode {
  const { attachmentId, name, sizeBytes } = file;
  const isGone = useFileState(attachmentId).kind === 'gone';
  return (
    <button
      type="button"
      className="file-row"
      tabIndex={tabIndex}
      data-roving={flag(isRoving)}
      disabled={isGone}
      data-attachment-id={attachmentId}
      onClick={() => void download(attachmentId)}
    >
      <span className="file-kind">
        <FileIcon name="file" />
      </span>
      {!isGone && <span className="sr-only">{t('Download')} </span>}
      <span className="file-lines">
        <FileName name={name} />
        <span className="muted ellipsis">{isGone ? t('No longer there') : (note ?? `${sizeLabel(sizeBytes)} · ${kindLabel(file)}`)}</span>
      </span>
      {!isGone && <FileIcon name="download" size={18} />}
    </button>
  );
}

/** The files of a message: pictures first, the others by their names. */
export function MessageFiles({ message: { attachments: files, authorId, createdAt }, tabIndex }: FilesOfMessageProps): ReactNode {
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  const [only] = pictures.length === 1 ? pictures : [];
  return (
    <div className="message-files" role="group" aria-label={t('Files of this message')}>
      {pictures.length > 0 && (
        <div className="pictures" data-single={flag(only !== undefined)}>
          {pictures.map((file, at) => (
            <Picture
              key={file.attachmentId}
              file={file}
              width={file === only ? pictureBox(file).width : TILE_PX}
              style={file === only ? placeOf(file) : {}}
              tabIndex={tabIndex}
              onOpen={() => openDialog({ kind: 'pictures', pictures: pictures.map((picture) => ({ ...picture, authorId, createdAt })), at })}
            />
          ))}
        </div>
      )}
      {others.map((file) => (
        <FileRow key={file.attachmentId} file={file} tabIndex={tabIndex} />
      ))}
    </div>
  );
}
