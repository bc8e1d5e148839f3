/** One event of a room as somebody saw it. */
export interface SeenEvent {
  readonly roomId: string;
  readonly epoch: number;
  readonly seq: number;
  /** What identifies the event's content, for example type and message id. */
  readonly identity: string;
}

/** A message that was acknowledged to its sender. */
export interface AckedMessage extends SeenEvent {
  readonly sender: string;
  /** The sender's own count of its messages in this room, from 1: acknowledgements in send order have growing seqs. */
  readonly sendNo: number;
}

/** One thing that broke the promise. */
export interface Violation {
  readonly kind: 'lost' | 'duplicated' | 'reordered';
  readonly what: string;
}

export interface VerifierReport {
  /** Acknowledgements and deliveries looked at. */
  readonly checked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** The first violations, for a person. */
  readonly examples: readonly Violation[];
}

const MAX_EXAMPLES = 20;

/**
 * Decides whether the promise was kept: every acknowledged message is in its room's log, once, where its acknowledgement said; every
 * reader saw each room's log in order, without a hole and without a repeat; every sender's messages lie in the order they were sent.
 * Where a room's history was replaced (its log ends in another epoch than the acknowledgement's), a message may lie elsewhere than it said.
 */
export class DeliveryVerifier {
  private readonly acked: AckedMessage[] = [];
  /** By reader and room, in the order of arrival. */
  private readonly streams = new Map<string, SeenEvent[]>();
  /** Those whose readers were told that history was replaced. */
  private readonly ended: (readonly [stream: string, seen: readonly SeenEvent[]])[] = [];

  /** Somebody's message was acknowledged. */
  acknowledge(message: AckedMessage): void {
    this.acked.push(message);
  }

  /** An event was handed to a reader's application. */
  deliver(reader: string, event: SeenEvent): void {
    const stream = `${reader} in ${event.roomId}`;
    const seen = this.streams.get(stream);
    if (seen === undefined) this.streams.set(stream, [event]);
    else seen.push(event);
  }

  /** A reader was told to read a room anew, because its history was replaced: what is handed to it from now on begins anew. */
  startAnew(reader: string, roomId: string): void {
    const stream = `${reader} in ${roomId}`;
    const seen = this.streams.get(stream);
    if (seen === undefined) return;
    this.ended.push([`${stream}, before it was replaced`, seen]);
    this.streams.delete(stream);
  }

  /** The judgement, given each room's whole log as it is stored now. */
  verify(logs: ReadonlyMap<string, readonly SeenEvent[]>): VerifierReport {
    const violations: Violation[] = [];
    const delivered = [...this.streams, ...this.ended].reduce((sum, [, seen]) => sum + seen.length, 0);
    for (const [roomId, log] of logs) checkStream(`the log of ${roomId}`, log, violations);
    this.checkAcknowledgements(logs, violations);
    for (const [stream, seen] of this.streams) {
      checkStream(stream, seen, violations);
      checkAgainstLog(stream, seen, logs, violations);
    }
    for (const [stream, seen] of this.ended) {
      checkStream(stream, seen, violations);
      checkEpoch(stream, seen, logs, violations);
    }
    const count = (kind: Violation['kind']): number => violations.filter((violation) => violation.kind === kind).length;
    return {
      checked: this.acked.length + delivered,
      lost: count('lost'),
      duplicated: count('duplicated'),
      reordered: count('reordered'),
      examples: violations.slice(0, MAX_EXAMPLES),
    };
  }

  /**
   * The verifier's own test on the very same observations: a loss, a duplicate and a swap, each put into a copy of one reader's stream, must
   * each be reported. A run whose control fails proves nothing.
   */
  negativeControl(logs: ReadonlyMap<string, readonly SeenEvent[]>): { readonly loss: boolean; readonly duplicate: boolean; readonly swap: boolean } {
    const before = this.verify(logs);
    const after = (change: (seen: SeenEvent[]) => void): VerifierReport => this.withChangedStream(change).verify(logs);
    return {
      loss: after((seen) => seen.splice(1, 1)).lost > before.lost,
      duplicate: after((seen) => seen.splice(1, 0, ...seen.slice(1, 2))).duplicated > before.duplicated,
      swap: after((seen) => seen.splice(1, 2, ...seen.slice(1, 3).reverse())).reordered > before.reordered,
    };
  }

  private withChangedStream(change: (seen: SeenEvent[]) => void): DeliveryVerifier {
    const [longest] = [...this.streams].sort(([, one], [, other]) => other.length - one.length);
    if (longest === undefined || longest[1].length < 4) throw new Error('A control needs a reader that saw at least four events');
    const copy = new DeliveryVerifier();
    copy.acked.push(...this.acked);
    copy.ended.push(...this.ended);
    for (const [stream, seen] of this.streams) copy.streams.set(stream, stream === longest[0] ? [...seen] : seen);
    change(copy.streams.get(longest[0]) ?? []);
    return copy;
  }

  private checkAcknowledgements(logs: ReadonlyMap<string, readonly SeenEvent[]>, violations: Violation[]): void {
    const places = placesByIdentity(logs);
    const newest = new Map<string, AckedMessage>();
    for (const message of [...this.acked].sort((one, other) => one.sendNo - other.sendNo)) {
      const found = places.get(message.identity) ?? [];
      const isReplaced = logs.get(message.roomId)?.at(-1)?.epoch !== message.epoch;
      const seq = (isReplaced ? found[0]?.seq : undefined) ?? message.seq;
      const what = `${message.identity} of ${message.sender}, acknowledged at ${String(message.seq)}`;
      if (found.length === 0) violations.push({ kind: 'lost', what });
      if (found.length > 1) violations.push({ kind: 'duplicated', what });
      if (found.length === 1 && found[0]?.seq !== seq) violations.push({ kind: 'reordered', what: `${what}, stored at ${String(found[0]?.seq)}` });
      const conversation = `${message.sender} in ${message.roomId}`;
      const previous = newest.get(conversation);
      if (previous !== undefined && previous.seq >= seq) violations.push({ kind: 'reordered', what: `${what}, behind ${String(previous.seq)}` });
      newest.set(conversation, { ...message, seq });
    }
  }
}

function placesByIdentity(logs: ReadonlyMap<string, readonly SeenEvent[]>): Map<string, SeenEvent[]> {
  const places = new Map<string, SeenEvent[]>();
  for (const log of logs.values()) {
    for (const event of log) places.set(event.identity, [...(places.get(event.identity) ?? []), event]);
  }
  return places;
}

/** Each seq must follow the one before it. */
function checkStream(stream: string, seen: readonly SeenEvent[], violations: Violation[]): void {
  let last: number | undefined;
  const had = new Set<number>();
  for (const { seq } of seen) {
    if (had.has(seq)) violations.push({ kind: 'duplicated', what: `${stream}: ${String(seq)} again` });
    else if (last !== undefined && seq < last) violations.push({ kind: 'reordered', what: `${stream}: ${String(seq)} after ${String(last)}` });
    else if (last !== undefined && seq > last + 1) violations.push({ kind: 'lost', what: `${stream}: ${String(last)} is followed by ${String(seq)}` });
    had.add(seq);
    last = Math.max(last ?? seq, seq);
  }
}

/** Whoever reads on past the end of a history without being told mixes two of them. */
function checkEpoch(stream: string, seen: readonly SeenEvent[], logs: ReadonlyMap<string, readonly SeenEvent[]>, violations: Violation[]): void {
  for (const { roomId, epoch, seq } of seen) {
    if (epoch === logs.get(roomId)?.at(-1)?.epoch) violations.push({ kind: 'reordered', what: `${stream}: ${String(seq)} is of the history that replaced it` });
  }
}

/** What a reader saw must be what is stored there. */
function checkAgainstLog(stream: string, seen: readonly SeenEvent[], logs: ReadonlyMap<string, readonly SeenEvent[]>, violations: Violation[]): void {
  for (const event of seen) {
    const log = logs.get(event.roomId);
    const stored = log?.[event.seq - (log[0]?.seq ?? 1)];
    if (stored?.identity !== event.identity)
      violations.push({ kind: 'reordered', what: `${stream}: ${event.identity} at ${String(event.seq)}, where ${stored?.identity ?? 'nothing'} is stored` });
  }
}
