import { inTurns, type LoggedEvent, negativeControl, type Place, type RoomAccount, RoomAudit, sum, tallyOf, type Violations } from '@agent-chat/load';
import { ApiFailure, callPatiently } from '../run/api';
import { type PartVerdict } from '../run/second';
import { type LoadRoom, type Share } from '../run/share';
import { sharedNowMs } from '../run/shared-clock';
import { type PostKeys, type Stream } from './stream';

/** The acknowledgements of one room, as two lists: a run has millions. */
export class AckLedger {
  private readonly numbers: number[] = [];
  private readonly seqs: number[] = [];

  get count(): number {
    return this.numbers.length;
  }

  add(number: number, seq: number): void {
    this.numbers.push(number);
    this.seqs.push(seq);
  }

  asMap(): Map<number, number> {
    return new Map(this.numbers.map((number, index) => [number, this.seqs[index] ?? 0]));
  }
}

/** What one reader really saw in one room, first of all. */
export interface Sample {
  readonly stream: Stream;
  readonly places: readonly Place[];
}

export interface Evidence {
  readonly share: Share;
  readonly keys: PostKeys;
  readonly ledgers: readonly AckLedger[];
  /** Of each room, what its readers saw. */
  readonly streams: readonly (readonly Stream[])[];
  /** What was found wrong on the way. */
  readonly outOfOrder: number;
  readonly sample: Sample | undefined;
  readonly token: (person: number) => string;
}

const WIDTH = 4;
const PAGE = 500;
const LEAST_SAMPLE = 3;
const LATE_DELIVERY_MS = 10_000;
const ATTEMPTS = 8;

/** Reads the log of every room, and compares it with everything that was acknowledged and delivered. */
export class Auditor {
  private control: PartVerdict['control'] = 'none';
  private readonly unread: string[] = [];
  private readonly checked = { checkedAcks: 0, checkedDeliveries: 0, checkedRooms: 0 };
  /** A system that did not come back for one room is not waited for at the next. */
  private isGone = false;

  /** Of each room, somebody who may read its log. */
  private readonly readers: number[] = [];

  constructor(private readonly evidence: Evidence) {
    for (const [person, rooms] of evidence.share.roomsOf.entries()) for (const room of rooms) this.readers[room] ??= person;
  }

  async verify(onRoom: () => void): Promise<PartVerdict> {
    const { share, outOfOrder } = this.evidence;
    const found = await inTurns(share.rooms.length, WIDTH, async (room) => {
      const violations = await this.auditRoom(room).catch((error: unknown) => {
        this.isGone ||= error instanceof ApiFailure && error.status === 0;
        this.unread.push(`${share.rooms[room]?.roomId ?? ''}: ${(error as Error).message}`);
        return { lost: 0, duplicated: 0, reordered: 0 };
      });
      onRoom();
      return violations;
    });
    const { checked, control, unread } = this;
    return { ...sum([...found, { lost: 0, duplicated: 0, reordered: outOfOrder }]), ...checked, control, unreadRooms: unread.length, unread: unread[0] };
  }

  private async auditRoom(index: number): Promise<Violations> {
    const { share, keys, sample } = this.evidence;
    const room = share.rooms[index];
    if (room === undefined) throw new Error('There is no such room');
    const audit = new RoomAudit(this.accountOf(room, index));
    const control = sample?.stream.room === index ? new Control(sample) : undefined;
    for await (const event of this.log(room, index)) {
      const place = keys.placeOf(event);
      audit.take(place);
      control?.take(place);
    }
    await until(() => audit.isCaughtUp, LATE_DELIVERY_MS);
    if (control !== undefined) this.control = control.outcome();
    this.count(index);
    const { log, rest } = audit.finish();
    // The log itself has one judge among the processes, so that a hole counts once.
    return share.judges[index] === true ? sum([log, rest]) : rest;
  }

  private count(index: number): void {
    const { share, ledgers, streams } = this.evidence;
    this.checked.checkedAcks += ledgers[index]?.count ?? 0;
    this.checked.checkedDeliveries += (streams[index] ?? []).reduce((total, { deliveries }) => total + deliveries, 0);
    if (share.judges[index] === true) this.checked.checkedRooms++;
  }

  private accountOf({ head }: LoadRoom, index: number): RoomAccount {
    const { share, ledgers, streams } = this.evidence;
    const readers = (streams[index] ?? []).flatMap(({ tally }) => tally ?? []);
    const acks = (ledgers[index] ?? new AckLedger()).asMap();
    return { from: head, acks, readers, isOwn: (number) => number % share.parts === share.part };
  }

  private async *log({ roomId, epoch, head }: LoadRoom, index: number): AsyncGenerator<LoggedEvent> {
    const { share } = this.evidence;
    const person = this.readers[index] ?? 0;
    const url = share.urls[person % share.urls.length] ?? '';
    for (let cursor = `${String(epoch)}.${String(head)}`, more = true; more;) {
      const path = `/rooms/${roomId}/events?after=${cursor}&limit=${String(PAGE)}`;
      const page = await callPatiently<{ events: LoggedEvent[]; cursor: string; more: boolean }>(
        url,
        path,
        { token: this.evidence.token(person) },
        { attempts: this.isGone ? 1 : ATTEMPTS },
      );
      yield* page.events;
      ({ cursor, more } = page);
    }
  }
}

/** Spoiled copies of what a reader really saw, put before the tally. */
class Control {
  private readonly stored: Place[] = [];

  constructor(private readonly sample: Sample) {}

  take(place: Place): void {
    if (place.seq <= (this.sample.places.at(-1)?.seq ?? 0)) this.stored.push(place);
  }

  outcome(): PartVerdict['control'] {
    const { stream, places } = this.sample;
    if (stream.tally === undefined || places.length < LEAST_SAMPLE) return 'none';
    const { from } = stream.tally;
    return negativeControl(from, places, tallyOf(from, this.stored)) ? 'passed' : 'failed';
  }
}

async function until(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const deadlineMs = sharedNowMs() + timeoutMs;
  while (!isSo() && sharedNowMs() < deadlineMs) await new Promise((next) => setTimeout(next, 20));
}
