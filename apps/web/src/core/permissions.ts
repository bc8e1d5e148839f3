import { type Room, type RoomRole } from '@agent-chat/client';
import { t } from './translate';

const RANK: Readonly<Record<RoomRole, number>> = { owner: 3, admin: 2, member: 1, guest: 0 };

/** What the signed-in person may do in a room. The server decides; this only hides what it would refuse. */
export interface Permissions {
  readonly isMember: boolean;
  readonly canPost: boolean;
  /** Why not, for the person. */
  readonly postRefusal: string | undefined;
  readonly canAdd: boolean;
  readonly canModerate: boolean;
  readonly canOwn: boolean;
}

function refusalOf({ archivedAt, me, kind }: Room): string | undefined {
  if (archivedAt !== undefined) return t('This room is archived. It can be read, not written to.');
  if (me === undefined) return t('Join this room to write here.');
  if (me.muted) return t('An admin has muted you in this room.');
  return kind === 'announcement' && RANK[me.role] < RANK.admin ? t('Only admins write in this announcement room.') : undefined;
}

export function permissionsIn(room: Room): Permissions {
  const postRefusal = refusalOf(room);
  const rank = room.me === undefined ? -1 : RANK[room.me.role];
  const isOpenGroup = room.kind !== 'direct' && room.archivedAt === undefined;
  return {
    isMember: room.me !== undefined,
    canPost: postRefusal === undefined,
    postRefusal,
    canAdd: isOpenGroup && rank >= (room.kind === 'announcement' ? RANK.admin : RANK.member),
    canModerate: isOpenGroup && rank >= RANK.admin,
    canOwn: isOpenGroup && rank >= RANK.owner,
  };
}

/** Whether one role may remove, ban or mute another. */
export function standsAbove(one: RoomRole, other: RoomRole): boolean {
  return one === 'owner' || RANK[one] > RANK[other];
}
