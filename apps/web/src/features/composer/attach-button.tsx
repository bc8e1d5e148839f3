import { useRef, type ReactNode } from 'react';
import { t } from '../../core/translate';
import { IconButton } from '../../ui/controls';
import { FileIcon } from '../files/file-icon';
import { limitWords, useMaxBytes } from '../files/limits';

interface AttachButtonProps {
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Opens the browser's own choice of files; its tooltip says how large they may be. */
export function AttachButton({ isDisabled, onFiles }: AttachButtonProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const maxBytes = useMaxBytes();
  return (
    <>
      <IconButton
        icon={<FileIcon name="clip" />}
        label={t('Attach files. {limit}', { limit: limitWords(maxBytes) })}
        isDisabled={isDisabled}
        onPress={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
