import { type ProfileChange } from '@agent-chat/client';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { client, profileChanged, useUser } from '../../core/client';
import { people } from '../../core/people';
import { attempt, toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton, Field } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { AvatarPicture } from '../../ui/avatar';

const PLACEHOLDER = 'https://';

function pictureError(address: string): string | undefined {
  if (address === '') return undefined;
  return URL.canParse(address) && new URL(address).protocol === 'https:' ? undefined : t('Give an address that begins with https://.');
}

/** What can be shown of what was typed so far. */
function shownPicture(address: string): string | undefined {
  return address === '' || pictureError(address) !== undefined ? undefined : address;
}

interface ProfileText {
  readonly name: string;
  readonly picture: string;
}

function changeOf(before: ProfileText, now: ProfileText): ProfileChange {
  return {
    ...(now.name === before.name ? {} : { displayName: now.name }),
    ...(now.picture === before.picture ? {} : { avatarUrl: now.picture === '' ? null : now.picture }),
  };
}

function useProfile() {
  const user = useUser();
  const before = { name: user?.displayName ?? '', picture: user?.avatarUrl ?? '' };
  const [name, setName] = useState(before.name);
  const [picture, setPicture] = useState(before.picture);
  const change = changeOf(before, { name: name.trim(), picture: picture.trim() });
  const canSave = name.trim() !== '' && pictureError(picture.trim()) === undefined && Object.keys(change).length > 0;
  return { user, name, setName, picture, setPicture, change, canSave };
}

/** One's own name and picture. */
export function Profile({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { user, name, setName, picture, setPicture, change, canSave } = useProfile();
  const [isBusy, setBusy] = useState(false);
  const save = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (!canSave) return;
    setBusy(true);
    const isSaved = await attempt(async () => {
      const changed = await client.users.updateMe(change);
      people.know([changed]);
      profileChanged(changed);
    });
    setBusy(false);
    if (!isSaved) return;
    toastInfo(t('Saved'));
    onClose();
  };
  return (
    <Sheet title={t('Your profile')} isOpen onClose={onClose} size="small">
      <form className="dialog-body" onSubmit={(event) => void save(event)} noValidate>
        <div className="person-card">
          <AvatarPicture userId={user?.userId ?? ''} name={name} url={shownPicture(picture.trim())} size="large" />
          <p className="hint">{t('Others can also find you as @{username}.', { username: user?.username ?? '' })}</p>
        </div>
        <Field label={t('Your name')} value={name} onChange={setName} maxLength={60} autoFocus />
        <Field
          label={t('Address of a picture')}
          hint={t('Without one your initials are shown.')}
          value={picture}
          onChange={setPicture}
          error={pictureError(picture.trim())}
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
