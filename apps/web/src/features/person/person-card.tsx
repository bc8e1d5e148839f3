import { type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { usePerson } from '../../core/people';
import { usePresence, useWatched } from '../../core/presence';
import { msg, t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { ActionButton } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { openDirect } from '../create-room/open-direct';
import { openDialog } from '../shell/open-dialog';

const STATUS = { online: msg('Online'), away: msg('Away'), offline: msg('Offline') };

/** Who somebody is, and the way to them. */
export function PersonCard({ userId, onClose }: { readonly userId: string; readonly onClose: () => void }): ReactNode {
  const person = usePerson(userId);
  useWatched([userId]);
  const presence = usePresence(userId);
  const isMe = useMyId() === userId;
  const write = async (): Promise<void> => {
    if (await openDirect(userId)) onClose();
  };
  return (
    <Sheet title={t('Profile')} isOpen onClose={onClose} size="small">
      <div className="dialog-body">
        <div className="person-card">
          <Avatar userId={userId} size="large" />
          <div className="person-lines">
            <strong className="name">{person?.displayName ?? '…'}</strong>
            <span className="muted ellipsis name">@{person?.username ?? '…'}</span>
            <span className="muted">{presence?.text ?? t(STATUS[presence?.status ?? 'offline'])}</span>
          </div>
        </div>
        <div className="dialog-actions">
          {isMe ? (
            <ActionButton onPress={() => openDialog('profile')}>{t('Edit')}</ActionButton>
          ) : (
            <ActionButton look="primary" onPress={() => void write()}>
              <Icon name="chat" size={16} /> {t('Message')}
            </ActionButton>
          )}
        </div>
      </div>
    </Sheet>
  );
}
