import { type Room } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { client, useMyId } from '../../core/client';
import { openRoom } from '../../core/router';
import { attempt } from '../../core/toasts';
import { t } from '../../core/translate';
import { RoomAvatar } from '../../ui/avatar';
import { ActionButton } from '../../ui/controls';

export async function accept(roomId: string): Promise<void> {
  const isIn = await attempt(async () => client.roomList.put(await client.rooms.join(roomId)));
  if (isIn) openRoom(roomId);
}

export async function decline(roomId: string, me: string): Promise<void> {
  const isOut = await attempt(() => client.rooms.revokeInvite(roomId, me));
  if (isOut) await attempt(() => client.roomList.load());
}

/** An invitation to a room, to be taken or not. */
export function Invitation({ room }: { readonly room: Room }): ReactNode {
  const me = useMyId();
  return (
    <li className="invitation">
      <RoomAvatar room={room} size="small" />
      <button type="button" className="text-button" onClick={() => openRoom(room.roomId)}>
        <span className="invitation-name">{room.name}</span>
      </button>
      <ActionButton look="primary" onPress={() => void accept(room.roomId)} aria-label={t('Join {name}', { name: room.name })}>
        {t('Join')}
      </ActionButton>
      <ActionButton look="quiet" onPress={() => void decline(room.roomId, me)} aria-label={t('Decline the invitation to {name}', { name: room.name })}>
        {t('Decline')}
      </ActionButton>
    </li>
  );
}
