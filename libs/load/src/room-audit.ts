import { NO_VIOLATIONS, type Place, StreamTally, sum, type Violations } from './stream-tally';

/** What one process knows of a room: where its posts were acknowledged, and what its readers saw. */
export interface RoomAccount {
  /** The seq behind which the log is read. */
  readonly from: number;
  /** Number of the post -> seq, as acknowledged. */
  readonly acks: ReadonlyMap<number, number>;
  readonly readers: readonly StreamTally[];
  /** Whether a post of that number is this process's own. */
  readonly isOwn: (number: number) => boolean;
}

/** Compares an account with the room's log, which goes by once, page after page. */
export class RoomAudit {
  private readonly log: StreamTally;
  /** As each reader should have seen it, by where it began. */
  private readonly expected = new Map<number, StreamTally>();
  private readonly stored = new Set<number>();
  private found: Violations = NO_VIOLATIONS;
  private kept = 0;

  constructor(private readonly account: RoomAccount) {
    this.log = new StreamTally(account.from);
    for (const { from } of account.readers) if (!this.expected.has(from)) this.expected.set(from, new StreamTally(from));
  }

  /** The last seq that the log has so far. */
  get head(): number {
    return this.log.last;
  }

  /** The next event of the log. */
  take(place: Place): void {
    this.log.see(place);
    for (const [from, tally] of this.expected) if (place.seq > from) tally.see(place);
    if (place.content > 0 && this.account.isOwn(place.content)) this.takeOwn(place);
  }

  /** Whether every reader has seen the end of the log. */
  get isCaughtUp(): boolean {
    return this.account.readers.every(({ last }) => last >= this.log.last);
  }

  /** What is wrong with the log itself, and with the rest: what was acknowledged, and what the readers saw. */
  finish(): { readonly log: Violations; readonly rest: Violations } {
    const { lost, duplicated, reordered } = this.log;
    const readers = this.account.readers.map((reader) => reader.finish(this.expected.get(reader.from) ?? this.log));
    const missing = { lost: this.account.acks.size - this.kept, duplicated: 0, reordered: 0 };
    return { log: { lost, duplicated, reordered }, rest: sum([this.found, missing, ...readers]) };
  }

  private takeOwn({ seq, content }: Place): void {
    if (this.stored.has(content)) {
      this.found = sum([this.found, { lost: 0, duplicated: 1, reordered: 0 }]);
      return;
    }
    this.stored.add(content);
    const acknowledged = this.account.acks.get(content);
    if (acknowledged === undefined) return;
    this.kept++;
    if (acknowledged !== seq) this.found = sum([this.found, { lost: 0, duplicated: 0, reordered: 1 }]);
  }
}
