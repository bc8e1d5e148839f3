import { type TimelineItem } from '@agent-chat/client';

/** My newest message that can still be edited: none while a newer one is on its way, which is the one that is meant. */
export function lastOfMine(items: readonly TimelineItem[], me: string): TimelineItem | undefined {
  const mine = items.filter(({ authorId }) => authorId === me);
  if (mine.at(-1)?.state === 'pending') return undefined;
  return mine.findLast(({ messageId, deletedAt, text }) => messageId !== undefined && deletedAt === undefined && text !== undefined);
}
