import { useRef, type ReactNode } from 'react';
import { t } from '../../core/translate';
import { AvatarPicture } from '../../ui/avatar';
import { ActionButton } from '../../ui/controls';
import { flag } from '../../ui/flag';
import { sizeLabel } from '../files/file-words';
import { useDrop } from '../files/use-drop';
import { MAX_PICTURE_BYTES, PICTURE_TYPES } from './chosen-picture';
import './profile.css';

interface PictureChoiceProps {
  readonly userId: string;
  readonly name: string;
  /** What is shown now. */
  readonly url: string | undefined;
  /** What the choice means. */
  readonly hint: string;
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onRemove: () => void;
}

/** One's picture, and the ways to another one: chosen from the device or dropped here. */
export function PictureChoice({ userId, name, url, hint, problem, isDisabled, onFiles, onRemove }: PictureChoiceProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const drop = useDrop(isDisabled ? undefined : onFiles);
  return (
    <div className="person-card picture-choice" role="group" aria-label={t('Your picture')} data-over={flag(drop.isOver)} {...drop.events}>
      <AvatarPicture userId={userId} name={name} url={url} size="large" />
      <div>
        <div className="picture-actions">
          <ActionButton isDisabled={isDisabled} onPress={() => input.current?.click()}>
            {t('Choose a picture')}
          </ActionButton>
          {url !== undefined && (
            <ActionButton look="quiet" aria-label={t('Remove the picture')} isDisabled={isDisabled} onPress={onRemove}>
              {t('Remove')}
            </ActionButton>
          )}
        </div>
        <input
          ref={input}
          type="file"
          accept={PICTURE_TYPES.join(',')}
          hidden
          onChange={({ currentTarget }) => {
            onFiles([...(currentTarget.files ?? [])]);
            // The same file may be chosen again.
            currentTarget.value = '';
          }}
        />
        <p className="hint">{t('Up to {size}; you can also drop or paste one.', { size: sizeLabel(MAX_PICTURE_BYTES) })}</p>
        <p className="hint" role="status">
          {hint}
        </p>
        {problem !== undefined && (
          <p className="field-error" role="alert">
            {problem}
          </p>
        )}
      </div>
    </div>
  );
}
