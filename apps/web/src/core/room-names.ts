import { type Room } from '@agent-chat/client';
import { useMyId } from './client';
import { people, usePerson } from './people';
import { t } from './translate';

/** The other person of a direct room; undefined in every other room. */
export function otherOf(room: Room, me: string): string | undefined {
  if (room.kind !== 'direct') return undefined;
  return room.directUserIds?.find((userId) => userId !== me) ?? me;
}

/** What a room is called now; a direct room is called as the other person. */
export function roomName(room: Room, me: string): string {
  const other = otherOf(room, me);
  return other === undefined ? room.name : (people.get(other)?.displayName ?? t('Direct message'));
}

/** `roomName`, followed. */
export function useRoomName(room: Room | undefined): string {
  const me = useMyId();
  usePerson((room === undefined ? undefined : otherOf(room, me)) ?? '');
  return room === undefined ? '' : roomName(room, me);
}
