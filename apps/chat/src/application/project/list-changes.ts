import { asKnownEvent, type RoomEvent } from '@agent-chat/contracts';

/** `room.created` is 1, its creator's `member.joined` 2. */
const FIRST_MEMBER_SEQ = 2;

/** Something that made somebody's room list another. */
export interface ListChange {
  readonly userId: string;
  readonly roomId: string;
  readonly change: 'created' | 'joined' | 'left' | 'removed' | 'banned' | 'unbanned' | 'invited' | 'uninvited';
  readonly at: string;
}

/** Whose room lists an event changed, and how. A change of the room itself reaches its members as an event of the room. */
export function listChangesOf(event: RoomEvent): ListChange[] {
  const known = asKnownEvent(event);
  if (known === undefined) return [];
  const changed = (userId: string, change: ListChange['change']): ListChange[] => [{ userId, roomId: known.roomId, change, at: known.at }];
  switch (known.type) {
    case 'member.joined':
      // With the room's first events its creator is told that it exists.
      return changed(known.data.userId, known.data.userId === known.actorId && known.seq <= FIRST_MEMBER_SEQ ? 'created' : 'joined');
    case 'member.left':
      return changed(known.data.userId, known.data.userId === known.actorId ? 'left' : 'removed');
    case 'member.banned':
      return changed(known.data.userId, 'banned');
    case 'member.unbanned':
      return changed(known.data.userId, 'unbanned');
    case 'member.invited':
      return changed(known.data.userId, 'invited');
    case 'invite.revoked':
      return changed(known.data.userId, 'uninvited');
    default:
      return [];
  }
}
