import { type TimelineItem } from '@agent-chat/client';
import { dayOf } from '../../core/time';

/** A message as it stands in the timeline. */
export interface TimelineRow {
  readonly key: string;
  readonly item: TimelineItem;
  /** The day that begins with this message. */
  readonly day: string | undefined;
  /** The first message that the person hasn't read. */
  readonly isFirstUnread: boolean;
  /** Follows on one of the same person: shown without name and picture. */
  readonly isGrouped: boolean;
}

/** What the rows depend on besides the messages. */
export interface RowContext {
  readonly me: string;
  /** Everything up to here was read when the room was opened; undefined: no divider. */
  readonly readSeq: number | undefined;
  readonly hasOlder: boolean;
}

const GROUP_MS = 5 * 60_000;
/** Whoever says a lot is named again after so many messages. */
const GROUP_MAX = 20;
/** Where somebody goes on and on, groups end at round numbers: there they stay while older messages come in above. */
const GROUP_STEP = 10;

function isFollowUp(before: TimelineItem, item: TimelineItem): boolean {
  if (before.authorId !== item.authorId || item.replyTo !== undefined || before.deletedAt !== undefined) return false;
  return Date.parse(item.createdAt) - Date.parse(before.createdAt) < GROUP_MS;
}

function isFull(size: number, { seq: before = 0 }: TimelineItem, { seq = before }: TimelineItem): boolean {
  return size >= GROUP_MAX || (size >= GROUP_STEP && Math.floor(seq / GROUP_STEP) > Math.floor(before / GROUP_STEP));
}

/** Where the divider stands: before the first unread message of another; nowhere while what was read last isn't loaded. */
function firstUnread(items: readonly TimelineItem[], { me, readSeq, hasOlder }: RowContext): number {
  if (readSeq === undefined) return -1;
  if (hasOlder && (items[0]?.seq ?? 0) > readSeq) return -1;
  return items.findIndex((item) => item.seq !== undefined && item.seq > readSeq && item.authorId !== me);
}

/** The timeline's rows: messages with what stands above them. */
export function timelineRows(items: readonly TimelineItem[], context: RowContext): TimelineRow[] {
  const unreadIndex = firstUnread(items, context);
  let dayBefore: string | undefined;
  let groupSize = 0;
  return items.map((item, index) => {
    const before = items[index - 1];
    const day = dayOf(item.createdAt);
    const isNewDay = day !== dayBefore;
    dayBefore = day;
    const isFirstUnread = index === unreadIndex;
    const isGrouped = before !== undefined && !isNewDay && !isFirstUnread && isFollowUp(before, item) && !isFull(groupSize, before, item);
    groupSize = isGrouped ? groupSize + 1 : 1;
    return { key: item.id, item, day: isNewDay ? day : undefined, isFirstUnread, isGrouped };
  });
}
