import { type Room } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { useRoomName } from '../../core/room-names';
import { t } from '../../core/translate';
import { RoomAvatar } from '../../ui/avatar';

function words(room: Room, name: string): string {
  if (room.kind === 'direct') return t('This is the beginning of your conversation with {name}.', { name });
  if (room.kind === 'announcement') return t('Announcements appear here. Only admins write; everyone reads.');
  return room.kind === 'private' ? t('Only members see this room.') : t('Everyone can find this room and join it.');
}

/** What stands above a room's first message. */
export function RoomBeginning({ room, children }: { readonly room: Room; readonly children?: ReactNode }): ReactNode {
  const name = useRoomName(room);
  return (
    <div className="room-beginning">
      <RoomAvatar room={room} size="large" />
      <h2 className="name">{name}</h2>
      {room.topic !== '' && <p>{room.topic}</p>}
      <p className="muted">{words(room, name)}</p>
      {children}
    </div>
  );
}
