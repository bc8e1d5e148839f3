import { type Room } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { client, useMyId } from '../../core/client';
import { navigate } from '../../core/router';
import { attempt } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { decline } from '../room-list/invitation';

/** For a room that one isn't in: come in, or say no. */
export function EntryBar({ room, onEntered }: { readonly room: Room; readonly onEntered: () => void }): ReactNode {
  const me = useMyId();
  const [isBusy, setBusy] = useState(false);
  const enter = async (): Promise<void> => {
    setBusy(true);
    const isIn = await attempt(async () => client.roomList.put(await client.rooms.join(room.roomId)));
    setBusy(false);
    if (isIn) onEntered();
  };
  const refuse = async (): Promise<void> => {
    await decline(room.roomId, me);
    navigate({ page: 'home' });
  };
  if (room.archivedAt !== undefined) return <p className="post-refusal">{t('This room is archived. It can be read, not written to.')}</p>;
  return (
    <div className="entry-bar">
      <p>{room.invited === true ? t('You were invited to this room.') : t('You are looking in. Join to write and to be told of new messages.')}</p>
      <div className="row-actions">
        {room.invited === true && (
          <ActionButton look="quiet" onPress={() => void refuse()}>
            {t('Decline')}
          </ActionButton>
        )}
        <ActionButton look="primary" isPending={isBusy} onPress={() => void enter()}>
          {t('Join room')}
        </ActionButton>
      </div>
    </div>
  );
}
