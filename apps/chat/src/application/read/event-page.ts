import { type RoomEvent } from '@agent-chat/contracts';
import { AppError, formatCursor, type Cursor } from '@agent-chat/kernel';

/** What is left of an answer's size, in bytes. Shared by the rooms of one answer. */
export class ByteBudget {
  constructor(private leftBytes: number) {}

  /** Whether it fitted, and is counted. */
  take(bytes: number): boolean {
    if (bytes > this.leftBytes) return false;
    this.leftBytes -= bytes;
    return true;
  }
}

/** Where a room's log stands. */
export interface LogState {
  readonly epoch: number;
  readonly head: number;
}

/** A stretch of a room's log. */
export interface EventPage {
  readonly events: RoomEvent[];
  readonly cursor: string;
  readonly more: boolean;
}

/** RESYNC_REQUIRED unless the cursor can be continued: history was restored since, or the cursor comes from a future that never was. */
export function requireContinuable(cursor: Cursor, { epoch, head }: LogState): void {
  if (cursor.epoch !== epoch || cursor.seq > head) throw new AppError('RESYNC_REQUIRED');
}

/**
 * As many of the events as fit, in order, and the cursor they lead to. `events` begin after `afterSeq`; a hole in them, which only an
 * archived range can be, is RESYNC_REQUIRED. `atLeastOne` lets a single event be larger than the budget: a reader must get on.
 */
export function cutEvents(events: readonly RoomEvent[], afterSeq: number, state: LogState, budget: ByteBudget, atLeastOne: boolean): EventPage {
  const fitting: RoomEvent[] = [];
  for (const event of events) {
    if (event.seq !== afterSeq + fitting.length + 1) throw new AppError('RESYNC_REQUIRED');
    const fits = budget.take(Buffer.byteLength(JSON.stringify(event)) + 1);
    if (!fits && !(atLeastOne && fitting.length === 0)) break;
    fitting.push(event);
    if (!fits) break;
  }
  if (events.length === 0 && afterSeq < state.head) throw new AppError('RESYNC_REQUIRED');
  const seq = afterSeq + fitting.length;
  return { events: fitting, cursor: formatCursor({ epoch: state.epoch, seq }), more: seq < state.head };
}
