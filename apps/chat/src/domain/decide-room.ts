import { type RoomRole } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { isOpenKind, ownerCount, requireGroup, requireMember, requireOpen, requireRole, requireSeen } from './permissions';
import { CHANGED, UNCHANGED, type Decider, type RoomChange } from './room-change';

/** Most members of one room. */
export const MAX_MEMBERS = 100_000;

/** Adds somebody, noting the event, and marks what was before as read. Who left muted comes in muted. */
export function admit(change: RoomChange, userId: UserId, role: RoomRole): void {
  const { room, at, rows } = change;
  const muted = room.leftMutedIds.delete(userId);
  if (muted) rows.leftMuted(room, userId, false);
  const member = { role, muted, joinedAt: at };
  room.members.set(userId, member);
  if (room.invites.delete(userId)) rows.invite(room, userId, undefined);
  change.append('member.joined', { userId, role, ...(muted ? { muted } : {}) });
  rows.member(room, userId, member);
  rows.markAtHead(room, userId);
}

/** Takes a membership away, if there is one, and remembers a mute. Returns whether there was one; the event is the caller's. */
export function dismiss({ room, rows }: RoomChange, userId: UserId): boolean {
  const member = room.members.get(userId);
  if (member === undefined) return false;
  room.members.delete(userId);
  rows.member(room, userId, undefined);
  // Also forgets: a release that knew no such rows may have let somebody in and left theirs.
  if (member.muted !== room.leftMutedIds.has(userId)) rows.leftMuted(room, userId, member.muted);
  if (member.muted) room.leftMutedIds.add(userId);
  else room.leftMutedIds.delete(userId);
  return true;
}

/** The wanted value, where one is given and it is another than now. */
export function unlessSame<Value>(wanted: Value | undefined, now: Value): Value | undefined {
  return wanted === now ? undefined : wanted;
}

/** The fields that are given. */
export function withoutAbsent<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}

/** Throws LIMIT_REACHED if so many more don't fit. */
export function requirePlace(change: RoomChange, more: number): void {
  if (change.room.members.size + more > MAX_MEMBERS) throw new AppError('LIMIT_REACHED', { detail: `A room has at most ${String(MAX_MEMBERS)} members` });
}

export const decideCreate: Decider<'room.create'> = (change, { data, actorId }) => {
  const { room, at } = change;
  if (room.lastSeq > 0) return rejoinDirect(change);
  const others = [...new Set(data.memberIds)].filter((userId) => userId !== actorId);
  if (data.kind === 'direct' && others.length > 1) throw new AppError('VALIDATION_FAILED', { detail: 'A direct room has two people' });
  room.kind = data.kind;
  room.name = data.kind === 'direct' ? '' : data.name;
  room.topic = data.topic;
  if (data.kind === 'direct') room.directUserIds = [actorId, ...others].sort();
  room.createdAt = room.updatedAt = at;
  change.append('room.created', { kind: room.kind, name: room.name, topic: room.topic });
  const isDirect = room.kind === 'direct';
  admit(change, actorId, isDirect ? 'member' : 'owner');
  for (const userId of others) admit(change, userId, 'member');
  return CHANGED;
};

/** A direct room exists once for its pair: making it again only brings back a caller who had left. */
const rejoinDirect = (change: RoomChange) => {
  const { room, actorId } = change;
  if (room.directUserIds?.includes(actorId) !== true) throw new AppError('ROOM_EXISTS');
  if (room.members.has(actorId)) return UNCHANGED;
  admit(change, actorId, 'member');
  return UNCHANGED;
};

export const decideUpdate: Decider<'room.update'> = (change, { data, actorId }) => {
  const { room } = change;
  const member = requireRole(room, actorId, 'admin');
  requireGroup(room);
  requireOpen(room);
  const kind = unlessSame(data.kind, room.kind);
  if (kind !== undefined && member.role !== 'owner') throw new AppError('FORBIDDEN', { detail: 'Only an owner changes the kind of a room' });
  const name = unlessSame(data.name, room.name);
  const topic = unlessSame(data.topic, room.topic);
  const changes = withoutAbsent({ name, topic, kind });
  if (Object.keys(changes).length === 0) return UNCHANGED;
  Object.assign(room, changes, { updatedAt: change.at });
  change.append('room.updated', changes);
  return CHANGED;
};

export const decideArchive: Decider<'room.archive'> = (change, { actorId }) => {
  const { room } = change;
  requireRole(room, actorId, 'owner');
  requireGroup(room);
  return archive(change) ? CHANGED : UNCHANGED;
};

/** Whether it wasn't archived before. */
function archive(change: RoomChange): boolean {
  const { room, at } = change;
  if (room.archivedAt !== undefined) return false;
  room.archivedAt = room.updatedAt = at;
  change.append('room.archived', {});
  return true;
}

export const decideJoin: Decider<'room.join'> = (change, { actorId }) => {
  const { room } = change;
  if (room.members.has(actorId)) return UNCHANGED;
  const isWelcome = room.invites.has(actorId) || room.directUserIds?.includes(actorId) === true;
  if (room.lastSeq > 0 && room.bannedIds.has(actorId) && isOpenKind(room.kind)) throw new AppError('BANNED');
  if (!isWelcome || room.bannedIds.has(actorId)) requireSeen(room, actorId);
  requireOpen(room);
  requirePlace(change, 1);
  admit(change, actorId, 'member');
  return CHANGED;
};

export const decideLeave: Decider<'room.leave'> = (change, { actorId }) => {
  const { room } = change;
  requireSeen(room, actorId);
  if (!room.members.has(actorId)) return UNCHANGED;
  const member = requireMember(room, actorId);
  if (member.role === 'owner' && ownerCount(room) === 1 && room.members.size > 1) throw new AppError('LAST_OWNER');
  // Nobody would manage it from now on, so nobody comes into it either.
  if (member.role === 'owner' && room.members.size === 1) archive(change);
  dismiss(change, actorId);
  change.append('member.left', { userId: actorId });
  return CHANGED;
};
