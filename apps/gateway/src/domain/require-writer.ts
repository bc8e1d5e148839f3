import { type Room } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';

/** Throws what a post would be refused with, of a room as its caller sees it. A hint of what comes next is for those whose messages may come. */
export function requireWriter({ kind, me, archivedAt }: Pick<Room, 'kind' | 'me' | 'archivedAt'>): void {
  if (me === undefined) throw new AppError('NOT_A_MEMBER');
  if (archivedAt !== undefined) throw new AppError('ROOM_ARCHIVED');
  if (me.muted) throw new AppError('MUTED');
  const announces = me.role === 'owner' || me.role === 'admin';
  if (kind === 'announcement' && !announces) throw new AppError('FORBIDDEN', { detail: 'Only admins post in an announcement room' });
}
