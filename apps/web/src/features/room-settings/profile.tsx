import { type User } from '@agent-chat/client';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { client, profileChanged } from '../../core/client';
import { people } from '../../core/people';
import { attempt, toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton, Field } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';

/** One's own name. */
export function Profile({ user, onClose }: { readonly user: User; readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState(user.displayName);
  const [isBusy, setBusy] = useState(false);
  const wanted = name.trim();
  const save = async (): Promise<void> => {
    setBusy(true);
    const isSaved = await attempt(async () => {
      const changed = await client.users.updateMe({ displayName: wanted });
      people.know([changed]);
      profileChanged(changed);
    });
    setBusy(false);
    if (!isSaved) return;
    toastInfo(t('Saved'));
    onClose();
  };
  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <Sheet title={t('Your profile')} isOpen onClose={onClose} size="small">
      <form className="dialog-body" onSubmit={onSubmit} noValidate>
        <Field
          label={t('Your name')}
          value={name}
          onChange={setName}
          maxLength={60}
          hint={t('Others can also find you as @{username}.', { username: user.username })}
          autoFocus
        />
        <div className="dialog-actions">
          <ActionButton look="quiet" onPress={onClose}>
            {t('Cancel')}
          </ActionButton>
          <ActionButton type="submit" look="primary" isDisabled={wanted === '' || wanted === user.displayName} isPending={isBusy}>
            {t('Save')}
          </ActionButton>
        </div>
      </form>
    </Sheet>
  );
}
