import { type LoggedEvent, type Place, StreamTally } from '@agent-chat/load';

/** One connection's view of one room. */
export class Stream {
  /** Absent until the first subscription. */
  tally: StreamTally | undefined;
  isLive = false;
  /** Posts of this run that came by. */
  deliveries = 0;
  private epoch = 1;

  /** `room`: the place of the room among its process's. */
  constructor(
    readonly roomId: string,
    readonly room: number,
  ) {}

  /** The cursor to go on from; none before the first subscription. */
  get cursor(): string | undefined {
    return this.tally === undefined ? undefined : `${String(this.epoch)}.${String(this.tally.last)}`;
  }

  /** Begins behind a cursor; what was seen before does not count any more. */
  begin(cursor: string): void {
    const [epoch, seq] = cursor.split('.').map(Number);
    this.epoch = epoch ?? 1;
    this.tally = new StreamTally(seq ?? 0);
  }

  forget(): void {
    this.tally = undefined;
    this.isLive = false;
  }
}

/** The keys of a run's posts say their number and when they were due, so that whoever sees one knows how late it is. */
export class PostKeys {
  private readonly prefix: string;

  constructor(runId: string) {
    this.prefix = `${runId}.`;
  }

  /** `dueMs`: since the start of the run. */
  keyOf(number: number, dueMs: number): string {
    return `${this.prefix}${number.toString(36)}.${Math.round(dueMs * 1_000).toString(36)}`;
  }

  /** Number and due time of a post of this run; `undefined` of anything else. */
  read(event: LoggedEvent): { readonly number: number; readonly dueMs: number } | undefined {
    const key = event.type === 'message.posted' ? event.data?.['clientMsgId'] : undefined;
    if (typeof key !== 'string' || !key.startsWith(this.prefix)) return undefined;
    const dot = key.indexOf('.', this.prefix.length);
    return { number: parseInt(key.slice(this.prefix.length, dot), 36), dueMs: parseInt(key.slice(dot + 1), 36) / 1_000 };
  }

  /** As a tally takes it: a post of this run is its number, anything else the negative of its seq. */
  placeOf(event: LoggedEvent): Place {
    return { seq: event.seq, content: this.read(event)?.number ?? -event.seq };
  }
}
