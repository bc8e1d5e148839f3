import { type Room, type RoomHandle, type TimelineSnapshot } from '@agent-chat/client';
import { useCallback, useEffect, useState } from 'react';
import { useMyId } from '../../core/client';
import { useLooking } from '../../core/tabs';
import { movedMark, openedMark } from './reading-mark';

interface Reading {
  /** Everything up to here was read when the person came to look. */
  readonly readSeq: number | undefined;
  readonly isAtEnd: boolean;
  readonly setAtEnd: (isAtEnd: boolean) => void;
}

function seqOf(cursor: string | undefined): number {
  return Number(cursor?.split('.')[1] ?? 0);
}

/** Marks as read what the person has seen: what is in sight at the end, while they look. Where they left off, the divider stands. */
export function useReading(room: Room, handle: RoomHandle, snapshot: TimelineSnapshot): Reading {
  const me = useMyId();
  const isLooking = useLooking();
  const [isAtEnd, setIsAtEnd] = useState(false);
  const isMember = room.me !== undefined;
  const marked = room.me?.readSeq;
  const [mark, setMark] = useState(() => openedMark(marked));
  const { hasNewer, loading, items, state } = snapshot;
  const isComplete = state === 'live' && loading !== 'window' && !hasNewer;
  const moved = movedMark(mark, { items, me, marked, isComplete, isLooking, isAtEnd });
  // While rendering: the divider never shows for a moment where it doesn't belong.
  if (moved !== mark) setMark(moved);
  const cursor = handle.cursor;
  useEffect(() => {
    if (!isMember || !isAtEnd || !isLooking || hasNewer || loading !== undefined) return;
    const seq = Math.max(seqOf(cursor), items.at(-1)?.seq ?? 0);
    if (seq > 0) handle.markRead(seq);
  }, [isMember, isAtEnd, isLooking, hasNewer, loading, items, cursor, handle]);
  return { readSeq: moved.readSeq, isAtEnd, setAtEnd: useCallback((atEnd: boolean) => setIsAtEnd(atEnd), []) };
}
