import { type ReactNode } from 'react';
import { t } from '../../core/translate';
import { FileIcon } from './file-icon';
import { limitWords, useMaxBytes } from './limits';

/** Says that what is held here may be let go of. */
export function DropZone(): ReactNode {
  const maxBytes = useMaxBytes();
  return (
    <div className="drop-zone">
      <FileIcon name="clip" size={32} />
      {t('Drop to attach')}
      <span className="muted">{limitWords(maxBytes)}</span>
    </div>
  );
}
