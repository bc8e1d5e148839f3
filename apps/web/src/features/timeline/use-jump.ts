import { type RoomHandle, type TimelineSnapshot } from '@agent-chat/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { openRoom, useRoute } from '../../core/router';
import { toastError } from '../../core/toasts';
import { type TimelineRow } from './timeline-rows';
import { type VirtualRows } from './use-virtual-rows';

const FLASH_MS = 2_200;

interface JumpOptions {
  readonly rows: readonly TimelineRow[];
  readonly virtual: VirtualRows;
  readonly handle: RoomHandle;
  readonly roomId: string;
  /** From the address: the message to show. */
  readonly jumpSeq: number | undefined;
  readonly snapshot: TimelineSnapshot;
}

interface Jump {
  /** The message that was jumped to just now. */
  readonly flashing: number | undefined;
  readonly toNewest: () => void;
  readonly toSeq: (seq: number) => void;
}

function indexOf(rows: readonly TimelineRow[], seq: number): number {
  return rows.findIndex(({ item }) => item.seq !== undefined && item.seq >= seq);
}

function isLoaded(rows: readonly TimelineRow[], seq: number, { hasOlder, hasNewer }: TimelineSnapshot): boolean {
  const first = rows[0]?.item.seq;
  const last = rows.findLast(({ item }) => item.seq !== undefined)?.item.seq;
  if (first === undefined || last === undefined) return false;
  return (seq >= first || !hasOlder) && (seq <= last || !hasNewer);
}

/** Where a room is opened: at the first unread message, else at the end. */
function useOpening({ rows, virtual, jumpSeq }: JumpOptions): void {
  const isOpened = useRef(false);
  useEffect(() => {
    if (isOpened.current || rows.length === 0) return;
    isOpened.current = true;
    if (jumpSeq !== undefined) return;
    const unread = rows.findIndex(({ isFirstUnread }) => isFirstUnread);
    if (unread >= 0) virtual.scrollToIndex(Math.max(0, unread - 1), 'start');
    else virtual.scrollToEnd();
  }, [rows, virtual, jumpSeq]);
}

/** Goes to a message, loading what is around it where it isn't loaded. */
export function useJump(options: JumpOptions): Jump {
  const { rows, virtual, handle, jumpSeq, snapshot, roomId } = options;
  const [target, setTarget] = useState(jumpSeq);
  const [flashing, setFlashing] = useState<number>();
  const asked = useRef<number>(undefined);
  useOpening(options);
  // Another object with each way that leads here: also where it led here before.
  const route = useRoute();
  useEffect(() => setTarget(jumpSeq), [jumpSeq, route]);
  useEffect(() => {
    if (target === undefined || rows.length === 0 || snapshot.loading === 'window') return;
    if (!isLoaded(rows, target, snapshot) && asked.current !== target) {
      asked.current = target;
      handle.timeline.loadAround(target).catch(toastError);
      return;
    }
    const index = indexOf(rows, target);
    asked.current = undefined;
    setTarget(undefined);
    if (index < 0) return;
    virtual.scrollToIndex(index, 'center');
    setFlashing(rows[index]?.item.seq);
  }, [target, rows, snapshot, handle, virtual]);
  useEffect(() => {
    if (flashing === undefined) return;
    const timer = window.setTimeout(() => setFlashing(undefined), FLASH_MS);
    return () => window.clearTimeout(timer);
  }, [flashing]);
  const toNewest = useCallback(() => {
    openRoom(roomId);
    if (!snapshot.hasNewer) return virtual.scrollToEnd();
    handle.timeline.loadLatest().then(() => window.requestAnimationFrame(() => virtual.scrollToEnd()), toastError);
  }, [roomId, snapshot.hasNewer, virtual, handle]);
  return { flashing, toNewest, toSeq: setTarget };
}
