import { type RoomHandle } from '@agent-chat/client';
import { defaultRangeExtractor, useVirtualizer, type Range, type VirtualItem } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, type RefObject } from 'react';
import { toastError } from '../../core/toasts';
import { filesHeight } from '../files/picture-box';
import { isLong } from './long-text';
import { type TimelineRow } from './timeline-rows';

/** Rows before the first in sight, from which on older ones are loaded. */
const LOAD_AHEAD = 12;
const OVERSCAN = 10;
/** So near to the end counts as being there. */
const END_PX = 90;

/** What the timeline needs of the rows in sight. */
export interface VirtualRows {
  readonly items: readonly VirtualItem[];
  readonly sizer: (node: HTMLElement | null) => void;
  readonly measure: (node: HTMLElement | null) => void;
  readonly scrollToEnd: () => void;
  readonly scrollToIndex: (index: number, align: 'start' | 'center' | 'auto') => void;
}

interface VirtualRowsOptions {
  readonly rows: readonly TimelineRow[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly handle: RoomHandle;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** The key of the row that has the focus: it stays in the page when it is scrolled out of sight. */
  readonly active: string | undefined;
  readonly setAtEnd: (isAtEnd: boolean) => void;
}

/** A guess of a row's height, until it is measured. */
function estimate(row: TimelineRow | undefined): number {
  if (row === undefined) return 48;
  const lines = (row.item.text ?? '').split('\n').reduce((sum, line) => sum + 1 + Math.floor(line.length / 90), 0);
  return (
    Math.min(lines * 21, isLong(row.item.text ?? '') ? 400 : Infinity) +
    (row.isGrouped ? 6 : 34) +
    (row.day === undefined ? 0 : 44) +
    (row.item.reactions.length > 0 ? 34 : 0) +
    filesHeight(row.item.attachments) +
    (row.item.replyTo === undefined ? 0 : 30)
  );
}

/** Asks for the pages before and after what is in sight. */
function useEdges({ handle, hasOlder, hasNewer }: VirtualRowsOptions, first: number, last: number, count: number): void {
  const isNearStart = count > 0 && first <= LOAD_AHEAD && hasOlder;
  const isNearEnd = count > 0 && last >= count - 1 - LOAD_AHEAD && hasNewer;
  useEffect(() => {
    if (isNearStart) handle.timeline.loadOlder().catch(toastError);
  }, [isNearStart, handle, count]);
  useEffect(() => {
    if (isNearEnd) handle.timeline.loadNewer().catch(toastError);
  }, [isNearEnd, handle, count]);
}

function useActiveRange(rows: readonly TimelineRow[], active: string | undefined): (range: Range) => number[] {
  const index = active === undefined ? -1 : rows.findIndex(({ key }) => key === active);
  return useCallback(
    (range: Range) => {
      const shown = defaultRangeExtractor(range);
      if (index < 0 || shown.includes(index)) return shown;
      return [...shown, index].sort((one, other) => one - other);
    },
    [index],
  );
}

/** Tells whether the end is in sight, and keeps it there while the pane gets lower: the text grows, a keyboard opens. */
function useEnd(scroller: RefObject<HTMLDivElement | null>, setAtEnd: (isAtEnd: boolean) => void, count: number): void {
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let isAtEnd = true;
    const update = (): void => {
      isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
      setAtEnd(isAtEnd);
    };
    update();
    const resized = new ResizeObserver(() => {
      if (isAtEnd) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [scroller, setAtEnd, count]);
}

/** The rows in sight. The place in the text is kept while older messages come in above; at the end, new ones are followed. */
export function useVirtualRows(options: VirtualRowsOptions): VirtualRows {
  const { rows, scroller, active, hasNewer, setAtEnd } = options;
  const rowsRef = useRef(rows);
  rowsRef.current = rows;
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rowsRef.current[index]),
    getItemKey: (index) => rowsRef.current[index]?.key ?? index,
    overscan: OVERSCAN,
    anchorTo: 'end',
    followOnAppend: !hasNewer,
    scrollEndThreshold: END_PX,
    directDomUpdates: true,
    paddingEnd: 8,
    rangeExtractor: useActiveRange(rows, active),
    useFlushSync: false,
  });
  const items = virtualizer.getVirtualItems();
  useEdges(options, virtualizer.range?.startIndex ?? 0, virtualizer.range?.endIndex ?? 0, rows.length);
  useEnd(scroller, setAtEnd, rows.length);
  const stable = useMemo(
    () => ({
      sizer: virtualizer.containerRef,
      measure: virtualizer.measureElement,
      scrollToEnd: () => virtualizer.scrollToEnd(),
      scrollToIndex: (index: number, align: 'start' | 'center' | 'auto') => virtualizer.scrollToIndex(index, { align }),
    }),
    [virtualizer],
  );
  return useMemo(() => ({ ...stable, items }), [stable, items]);
}
