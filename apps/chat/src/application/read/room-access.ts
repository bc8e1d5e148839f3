import { type RoomKind, type RoomRole } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';

/** What decides who may see what of a room, read in one snapshot with what it guards. */
export interface AccessFacts {
  readonly kind: RoomKind;
  /** Of the asker; null when not a member. */
  readonly role: RoomRole | null;
  readonly banned: boolean;
  readonly invited: boolean;
}

/** Kinds that everybody on the platform may read. */
export const OPEN_KINDS: readonly RoomKind[] = ['public', 'announcement'];

/** Whether the asker may read messages and events. A ban takes that right even in a public room. */
export function mayRead({ kind, role, banned }: AccessFacts): boolean {
  return !banned && (role !== null || OPEN_KINDS.includes(kind));
}

/** The facts again, or ROOM_NOT_FOUND: a room that can't be seen and one that isn't there look alike. */
export function requireVisible<Facts extends AccessFacts>(facts: Facts | undefined): Facts {
  if (facts === undefined || facts.banned) throw new AppError('ROOM_NOT_FOUND');
  if (!mayRead(facts) && !facts.invited) throw new AppError('ROOM_NOT_FOUND');
  return facts;
}

/** As `requireVisible`, but an invitation is not enough. */
export function requireReadable<Facts extends AccessFacts>(facts: Facts | undefined): Facts {
  if (facts === undefined || !mayRead(facts)) throw new AppError('ROOM_NOT_FOUND');
  return facts;
}

/** The facts again, or ROOM_NOT_FOUND when there is no such room; for services, whose access nobody checks. */
export function requireExisting<Facts extends AccessFacts>(facts: Facts | undefined): Facts {
  if (facts === undefined) throw new AppError('ROOM_NOT_FOUND');
  return facts;
}

/** As `requireReadable`; FORBIDDEN for those who are no moderators. */
export function requireModerator<Facts extends AccessFacts>(facts: Facts | undefined): Facts {
  const readable = requireReadable(facts);
  if (!isModerator(readable)) throw new AppError('FORBIDDEN', { detail: 'Only owners and admins of the room may see this' });
  return readable;
}

/** As `requireReadable`; NOT_A_MEMBER for those who only read along. */
export function requireMember<Facts extends AccessFacts>(facts: Facts | undefined): Facts {
  const readable = requireReadable(facts);
  if (readable.role === null) throw new AppError('NOT_A_MEMBER');
  return readable;
}

export function isModerator({ role }: AccessFacts): boolean {
  return role === 'owner' || role === 'admin';
}
