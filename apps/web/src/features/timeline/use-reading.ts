import { type Room, type RoomHandle, type TimelineSnapshot } from '@agent-chat/client';
import { useCallback, useEffect, useRef, useState } from 'react';

interface Reading {
  /** Everything up to here was read when the person came to look. */
  readonly readSeq: number | undefined;
  readonly isAtEnd: boolean;
  readonly setAtEnd: (isAtEnd: boolean) => void;
}

function seqOf(cursor: string | undefined): number {
  return Number(cursor?.split('.')[1] ?? 0);
}

/** Whether the person looks at this page. */
function useLooking(onAway: () => void): boolean {
  const [isLooking, setLooking] = useState(() => document.hasFocus());
  const away = useRef(onAway);
  away.current = onAway;
  useEffect(() => {
    const update = (): void => {
      const looks = document.visibilityState === 'visible' && document.hasFocus();
      if (!looks) away.current();
      setLooking(looks);
    };
    const events = ['focus', 'blur'] as const;
    for (const name of events) window.addEventListener(name, update);
    document.addEventListener('visibilitychange', update);
    return () => {
      for (const name of events) window.removeEventListener(name, update);
      document.removeEventListener('visibilitychange', update);
    };
  }, []);
  return isLooking;
}

/** Marks as read what the person has seen: what is in sight at the end, while they look. Where they left off, the divider stands. */
export function useReading(room: Room, handle: RoomHandle, snapshot: TimelineSnapshot): Reading {
  const marked = room.me?.readSeq;
  const [readSeq, setReadSeq] = useState(marked);
  const [isAtEnd, setIsAtEnd] = useState(false);
  const isMember = room.me !== undefined;
  const isLooking = useLooking(() => {
    if (isAtEnd) setReadSeq(room.me?.readSeq);
  });
  // Somebody who has just joined has read nothing, and needs no divider for it.
  useEffect(() => {
    if (isMember) setReadSeq((before) => before ?? marked);
  }, [isMember, marked]);
  const { hasNewer, loading, items } = snapshot;
  const cursor = handle.cursor;
  useEffect(() => {
    if (!isMember || !isAtEnd || !isLooking || hasNewer || loading !== undefined) return;
    const seq = Math.max(seqOf(cursor), items.at(-1)?.seq ?? 0);
    if (seq > 0) handle.markRead(seq);
  }, [isMember, isAtEnd, isLooking, hasNewer, loading, items, cursor, handle]);
  return { readSeq, isAtEnd, setAtEnd: useCallback((atEnd: boolean) => setIsAtEnd(atEnd), []) };
}
