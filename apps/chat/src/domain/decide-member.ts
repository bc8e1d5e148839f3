import { type RoomRole } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { admit, dismiss, requirePlace, unlessSame, withoutAbsent } from './decide-room';
import { outranks, ownerCount, requireGroup, requireMember, requireOpen, requireRole } from './permissions';
import { CHANGED, UNCHANGED, type Decider, type RoomChange } from './room-change';
import { type MemberState } from './room-state';

/** Throws unless the actor may bring people in: members of a public or private room, admins of an announcement room. */
function requireHost(change: RoomChange): void {
  const { room, actorId } = change;
  requireMember(room, actorId);
  requireGroup(room);
  requireOpen(room);
  requireRole(room, actorId, room.kind === 'announcement' ? 'admin' : 'member');
}

/** Those of the people who are not in the room yet; throws BANNED if one may not come. */
function newcomers(change: RoomChange, userIds: readonly UserId[]): UserId[] {
  const { room } = change;
  const fresh = [...new Set(userIds)].filter((userId) => !room.members.has(userId));
  if (fresh.some((userId) => room.bannedIds.has(userId))) throw new AppError('BANNED', { detail: 'Somebody among them is banned from this room' });
  requirePlace(change, fresh.length);
  return fresh;
}

export const decideAdd: Decider<'member.add'> = (change, { data }) => {
  requireHost(change);
  const fresh = newcomers(change, data.userIds);
  for (const userId of fresh) admit(change, userId, 'member');
  return fresh.length > 0 ? CHANGED : UNCHANGED;
};

export const decideInvite: Decider<'member.invite'> = (change, { data, actorId }) => {
  requireHost(change);
  const { room, rows, at } = change;
  const fresh = newcomers(change, data.userIds).filter((userId) => !room.invites.has(userId));
  for (const userId of fresh) {
    room.invites.set(userId, actorId);
    change.append('member.invited', { userId });
    rows.invite(room, userId, { invitedBy: actorId, invitedAt: at });
  }
  return fresh.length > 0 ? CHANGED : UNCHANGED;
};

export const decideRevokeInvite: Decider<'invite.revoke'> = (change, { data, actorId }) => {
  const { room, rows } = change;
  const { userId } = data;
  const invitedBy = room.invites.get(userId);
  const isInvitee = userId === actorId && invitedBy !== undefined;
  if (!isInvitee) requireMember(room, actorId);
  if (invitedBy === undefined) return UNCHANGED;
  if (!isInvitee && invitedBy !== actorId) requireRole(room, actorId, 'admin');
  room.invites.delete(userId);
  change.append('invite.revoked', { userId });
  rows.invite(room, userId, undefined);
  return CHANGED;
};

/** The target's membership, if the actor is an admin who stands above it. */
function requireAbove(change: RoomChange, userId: UserId): MemberState {
  const { room, actorId } = change;
  const actor = requireRole(room, actorId, 'admin');
  requireGroup(room);
  const target = room.members.get(userId);
  if (target === undefined) throw new AppError('MEMBER_NOT_FOUND');
  if (userId !== actorId && !outranks(actor.role, target.role) && actor.role !== 'owner') {
    throw new AppError('FORBIDDEN', { detail: 'This member has the same role or a higher one' });
  }
  return target;
}

export const decideUpdateMember: Decider<'member.update'> = (change, { data, actorId }) => {
  const { room, rows } = change;
  const target = requireAbove(change, data.userId);
  requireOpen(room);
  const [role, muted] = [unlessSame(data.role, target.role), unlessSame(data.muted, target.muted)];
  const changes = withoutAbsent({ role, muted });
  if (Object.keys(changes).length === 0) return UNCHANGED;
  // Whoever muted an admin stands above them. Nobody stands above an owner.
  if (muted === false && data.userId === actorId) requireRole(room, actorId, 'owner');
  if (role !== undefined) requireRoleChange(change, actorId, target, role);
  const member = { ...target, ...changes };
  room.members.set(data.userId, member);
  change.append('member.updated', { userId: data.userId, ...changes });
  rows.member(room, data.userId, member);
  return CHANGED;
};

/** Only owners make and unmake owners and admins, and one owner stays. */
function requireRoleChange({ room }: RoomChange, actorId: UserId, target: MemberState, role: RoomRole): void {
  if (role === 'owner' || role === 'admin' || target.role === 'owner') requireRole(room, actorId, 'owner');
  if (target.role === 'owner' && ownerCount(room) === 1) throw new AppError('LAST_OWNER');
}

export const decideRemove: Decider<'member.remove'> = (change, { data, actorId }) => {
  const { room } = change;
  requireRole(room, actorId, 'admin');
  if (!room.members.has(data.userId)) return UNCHANGED;
  if (data.userId === actorId) throw new AppError('FORBIDDEN', { detail: 'To go yourself, leave the room' });
  requireAbove(change, data.userId);
  dismiss(change, data.userId);
  change.append('member.left', { userId: data.userId });
  return CHANGED;
};

export const decideBan: Decider<'member.ban'> = (change, { data, actorId }) => {
  const { room, rows, at } = change;
  const { userId, reason } = data;
  requireRole(room, actorId, 'admin');
  requireGroup(room);
  if (userId === actorId) throw new AppError('FORBIDDEN', { detail: 'Nobody bans themselves' });
  if (room.bannedIds.has(userId)) return UNCHANGED;
  if (room.members.has(userId)) requireAbove(change, userId);
  room.bannedIds.add(userId);
  dismiss(change, userId);
  const wasInvited = room.invites.delete(userId);
  change.append('member.banned', { userId, ...(reason === undefined ? {} : { reason }) });
  rows.ban(room, userId, { bannedBy: actorId, bannedAt: at, ...(reason === undefined ? {} : { reason }) });
  if (wasInvited) rows.invite(room, userId, undefined);
  return CHANGED;
};

export const decideUnban: Decider<'member.unban'> = (change, { data, actorId }) => {
  const { room, rows } = change;
  requireRole(room, actorId, 'admin');
  if (!room.bannedIds.delete(data.userId)) return UNCHANGED;
  change.append('member.unbanned', { userId: data.userId });
  rows.ban(room, data.userId, undefined);
  return CHANGED;
};
