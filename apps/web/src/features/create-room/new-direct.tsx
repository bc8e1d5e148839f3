import { type User } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { t } from '../../core/translate';
import { Sheet } from '../../ui/dialog';
import { PeoplePicker } from '../members/people-picker';
import { openDirect } from './open-direct';

/** Writes to somebody: the one who is picked. */
export function NewDirect({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const pick = async ([user]: readonly User[]): Promise<void> => {
    if (user === undefined || isBusy) return;
    setBusy(true);
    const isOpen = await openDirect(user.userId);
    setBusy(false);
    if (isOpen) onClose();
  };
  return (
    <Sheet title={t('Message somebody')} isOpen onClose={onClose}>
      <div className="dialog-body">
        <PeoplePicker label={t('Who?')} picked={[]} onChange={(picked) => void pick(picked)} autoFocus />
        <p className="hint">{t('Only the two of you will see what you write.')}</p>
      </div>
    </Sheet>
  );
}
