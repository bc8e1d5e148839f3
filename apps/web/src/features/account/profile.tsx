import { type User } from '@agent-chat/client';
import { useEffect, useState, type ClipboardEvent, type SyntheticEvent, type ReactNode } from 'react';
import { client, profileChanged, useUser } from '../../core/client';
import { people } from '../../core/people';
import { toastError, toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton, Field } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { filesIn } from '../files/attach';
import { addressError, changeOf, explainPicture, fileProblem, pictureOf, shownPicture, type ChosenPicture } from './chosen-picture';
import { PictureChoice } from './picture-choice';

const PLACEHOLDER = 'https://';

function showChanged(user: User): void {
  people.know([user]);
  profileChanged(user);
}

/** The picture as it is to be; what was chosen from the device is shown until another one is. */
function usePicture(avatarUrl: string | undefined) {
  const before = pictureOf(avatarUrl, window.location.origin);
  const [picture, setPicture] = useState(before);
  const [problem, setProblem] = useState<string>();
  const url = picture.kind === 'file' ? picture.url : undefined;
  useEffect(() => () => (url === undefined ? undefined : URL.revokeObjectURL(url)), [url]);
  const choose = (next: ChosenPicture): void => {
    setProblem(undefined);
    setPicture(next);
  };
  const chooseFile = ([file]: readonly File[]): void => {
    if (file === undefined) return;
    const found = fileProblem(file);
    if (found === undefined) choose({ kind: 'file', file, url: URL.createObjectURL(file) });
    else setProblem(found);
  };
  /** An address that is taken back leaves what the server has. */
  const chooseAddress = (text: string): void => choose(text === '' && before.kind === 'kept' ? before : { kind: 'address', text: text.trim() });
  return { picture, problem, setProblem, choose, chooseFile, chooseAddress };
}

function useProfile() {
  const user = useUser();
  const [name, setName] = useState(user?.displayName ?? '');
  const choice = usePicture(user?.avatarUrl);
  const { picture, setProblem, choose } = choice;
  const change = changeOf({ ...user, displayName: user?.displayName ?? '' }, name.trim(), picture);
  const error = picture.kind === 'address' ? addressError(picture.text) : undefined;
  const canSave = name.trim() !== '' && error === undefined && (picture.kind === 'file' || Object.keys(change).length > 0);
  /** Answers whether it worked. */
  const store = async (): Promise<boolean> => {
    try {
      if (picture.kind === 'file') {
        showChanged(await client.users.setAvatar(picture.file));
        choose({ kind: 'kept' });
      }
      if (Object.keys(change).length > 0) showChanged(await client.users.updateMe(change));
      return true;
    } catch (thrown) {
      const words = explainPicture(thrown);
      if (words === undefined) toastError(thrown);
      else setProblem(words);
      return false;
    }
  };
  return { user, name, setName, choice, addressError: error, canSave, store };
}

/** One's own name and picture. */
export function Profile({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { user, name, setName, choice, addressError: wrongAddress, canSave, store } = useProfile();
  const { picture, problem, choose, chooseFile, chooseAddress } = choice;
  const [isBusy, setBusy] = useState(false);
  const save = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (!canSave || isBusy) return;
    setBusy(true);
    const isSaved = await store();
    setBusy(false);
    if (!isSaved) return;
    toastInfo(t('Saved'));
    onClose();
  };
  const onPaste = (event: ClipboardEvent): void => {
    const files = filesIn(event.clipboardData);
    if (files.length === 0 || isBusy) return;
    event.preventDefault();
    chooseFile(files);
  };
  const url = shownPicture(picture, user?.avatarUrl);
  const hint = picture.kind === 'file' ? t('{name} becomes your picture once you save.', { name: picture.file.name }) : '';
  return (
    <Sheet title={t('Your profile')} isOpen onClose={onClose} size="small">
      <form className="dialog-body" onSubmit={(event) => void save(event)} onPaste={onPaste} noValidate>
        <PictureChoice
          userId={user?.userId ?? ''}
          name={name}
          url={url}
          hint={url === undefined ? t('Without one your initials are shown.') : hint}
          problem={problem}
          isDisabled={isBusy}
          onFiles={chooseFile}
          onRemove={() => choose({ kind: 'none' })}
        />
        <Field
          label={t('Your name')}
          hint={t('Others can also find you as @{username}.', { username: user?.username ?? '' })}
          value={name}
          onChange={setName}
          maxLength={60}
          autoFocus
        />
        <Field
          label={t('Link to a picture')}
          hint={t('Instead of a file: the address of a picture on the web.')}
          value={picture.kind === 'address' ? picture.text : ''}
          onChange={chooseAddress}
          error={wrongAddress}
          type="url"
          inputMode="url"
          maxLength={500}
          placeholder={PLACEHOLDER}
        />
        <div className="dialog-actions">
          <ActionButton look="quiet" onPress={onClose}>
            {t('Cancel')}
          </ActionButton>
          <ActionButton type="submit" look="primary" isDisabled={!canSave} isPending={isBusy}>
            {t('Save')}
          </ActionButton>
        </div>
      </form>
    </Sheet>
  );
}
