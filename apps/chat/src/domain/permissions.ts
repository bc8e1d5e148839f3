import { type RoomRole } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { type MemberState, type RoomState } from './room-state';

const RANK: Record<RoomRole, number> = { owner: 3, admin: 2, member: 1, guest: 0 };

/** Whether one role stands above another: who may remove, ban, mute whom. */
export function outranks(one: RoomRole, other: RoomRole): boolean {
  return RANK[one] > RANK[other];
}

export function atLeast(role: RoomRole, needed: RoomRole): boolean {
  return RANK[role] >= RANK[needed];
}

/** Public and announcement rooms are read by everyone who isn't banned; the others by members. */
export function isOpenKind(kind: RoomState['kind']): boolean {
  return kind === 'public' || kind === 'announcement';
}

/** Throws ROOM_NOT_FOUND unless the room exists and the actor may know of it. */
export function requireSeen(room: RoomState, actorId: UserId): void {
  if (room.lastSeq > 0 && (room.members.has(actorId) || (isOpenKind(room.kind) && !room.bannedIds.has(actorId)))) return;
  throw new AppError('ROOM_NOT_FOUND');
}

/** The actor's membership; throws ROOM_NOT_FOUND where they may not know of the room, else NOT_A_MEMBER. */
export function requireMember(room: RoomState, actorId: UserId): MemberState {
  requireSeen(room, actorId);
  const member = room.members.get(actorId);
  if (member === undefined) throw new AppError('NOT_A_MEMBER');
  return member;
}

/** The actor's membership, if it has at least this role; throws FORBIDDEN otherwise. */
export function requireRole(room: RoomState, actorId: UserId, role: RoomRole): MemberState {
  const member = requireMember(room, actorId);
  if (!atLeast(member.role, role)) throw new AppError('FORBIDDEN', { detail: `This needs the role ${role} in the room` });
  return member;
}

/** Throws ROOM_ARCHIVED: an archived room is read only. */
export function requireOpen(room: RoomState): void {
  if (room.archivedAt !== undefined) throw new AppError('ROOM_ARCHIVED');
}

/** The actor's membership, if it may write here now; throws MUTED or ROOM_ARCHIVED otherwise. */
export function requireWriter(room: RoomState, actorId: UserId): MemberState {
  const member = requireMember(room, actorId);
  requireOpen(room);
  if (member.muted) throw new AppError('MUTED');
  return member;
}

/** Throws FORBIDDEN in a direct room, whose two people nobody changes. */
export function requireGroup(room: RoomState): void {
  if (room.kind === 'direct') throw new AppError('FORBIDDEN', { detail: 'A direct room has no such settings' });
}

/** How many owners a room has. */
export function ownerCount(room: RoomState): number {
  let owners = 0;
  for (const member of room.members.values()) if (member.role === 'owner') owners++;
  return owners;
}
