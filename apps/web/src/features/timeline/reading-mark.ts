import { type TimelineItem } from '@agent-chat/client';

/** Where the person left off: what the divider goes by. */
export interface ReadingMark {
  /** Everything up to here was read; undefined for somebody who isn't in the room. */
  readonly readSeq: number | undefined;
  /** The read mark that the server keeps, when this was made of it. */
  readonly marked: number | undefined;
  /** The newest messages were there since the room was opened: from then on, what comes is seen as it comes. */
  readonly isOpened: boolean;
  readonly wasLooking: boolean;
  /** They looked at the end. */
  readonly wasFollowing: boolean;
  /** There is something unread behind the mark. */
  readonly divides: boolean;
}

/** What is on the screen. */
export interface Sight {
  readonly items: readonly TimelineItem[];
  readonly me: string;
  /** The read mark that the server keeps. */
  readonly marked: number | undefined;
  /** The room is followed live, and its newest messages are loaded. */
  readonly isComplete: boolean;
  /** The person looks at the page. */
  readonly isLooking: boolean;
  readonly isAtEnd: boolean;
}

/** The mark of a room that is being opened. */
export function openedMark(marked: number | undefined): ReadingMark {
  return { readSeq: marked, marked, isOpened: false, wasLooking: false, wasFollowing: false, divides: false };
}

function newestSeq(items: readonly TimelineItem[]): number {
  return items.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}

function hasUnread({ items, me }: Sight, readSeq: number): boolean {
  return items.some(({ seq, authorId }) => seq !== undefined && seq > readSeq && authorId !== me);
}

/** Whether everything that is loaded counts as read. */
function isAllRead({ isOpened, wasFollowing, wasLooking, divides }: ReadingMark, { isComplete, isLooking }: Sight): boolean {
  if (!isOpened || !wasFollowing) return false;
  if (wasLooking && !isLooking) return true;
  // Before the connection is back, nothing that was missed is there yet: the mark waits for it.
  return isComplete && !divides;
}

function isFollowing({ wasFollowing }: ReadingMark, { isComplete, isLooking, isAtEnd }: Sight): boolean {
  return isLooking && (isComplete ? isAtEnd : wasFollowing);
}

function advanced(mark: ReadingMark, readSeqBefore: number, sight: Sight): ReadingMark {
  const readSeq = isAllRead(mark, sight) ? Math.max(readSeqBefore, newestSeq(sight.items)) : readSeqBefore;
  return {
    readSeq,
    marked: sight.marked ?? mark.marked,
    isOpened: mark.isOpened || sight.isComplete,
    wasLooking: sight.isLooking,
    wasFollowing: isFollowing(mark, sight),
    divides: hasUnread(sight, readSeq),
  };
}

function isSame(one: ReadingMark, other: ReadingMark): boolean {
  return (Object.keys(one) as (keyof ReadingMark)[]).every((key) => one[key] === other[key]);
}

/**
 * The mark after a change of what is on the screen. What comes while the person looks at the end is read as it comes, and needs no divider;
 * one that stands already stays, until they look away: what stood there by then counts as read.
 */
export function movedMark(mark: ReadingMark, sight: Sight): ReadingMark {
  const { marked } = sight;
  if (marked === undefined && mark.readSeq === undefined) return mark;
  const isSetBack = marked !== undefined && marked < (mark.marked ?? 0);
  if (mark.readSeq === undefined || isSetBack) return openedMark(marked);
  const next = advanced(mark, mark.readSeq, sight);
  return isSame(mark, next) ? mark : next;
}
