import { inTurns, Latencies, type LoggedEvent, negativeControl, type Percentiles, type Place, RawSocket, StreamTally, sum, tallyOf } from '@agent-chat/load';
import { RestClient } from '../../support/rest-client';
import { type Verdict } from './send-load';

/** One room, and connections that are all in it. */
export interface RoomCrowdPlan {
  readonly url: string;
  readonly people: number;
  readonly connections: number;
}

export interface TalkPlan {
  readonly rate: number;
  readonly seconds: number;
  readonly text: string;
  /** So many of the connections stop reading when it begins. */
  readonly stopReading: number;
  readonly drainSeconds: number;
}

export interface TalkFigures {
  readonly posted: number;
  readonly acked: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly badRefusals: number;
  readonly unanswered: number;
  readonly ack: Percentiles;
  /** From when an acknowledged post was due until a reader had it. */
  readonly delivery: Percentiles;
  readonly deliveries: number;
  /** Connections that went away, by the reason that they were told. */
  readonly closed: Readonly<Record<string, number>>;
}

interface Reader {
  readonly socket: RawSocket;
  readonly tally: StreamTally;
  isReading: boolean;
}

const OPENING_WIDTH = 16;
const POLL_MS = 20;
const SAMPLE_SIZE = 1_000;
const SHED_CODES = ['UNAVAILABLE', 'RATE_LIMITED'];

/** Everybody in one room, all of whom may write. What each reads is verified. */
export class RoomCrowd {
  private readonly readers: Reader[] = [];
  private readonly acks = new Map<number, number>();
  private readonly sample: Place[] = [];
  private owner: RestClient | undefined;
  private roomId = '';
  private next = 1;
  private startMs = 0;
  private intervalMs = 1;
  private acked = Latencies.empty();
  private delivered = Latencies.empty();
  private readonly closed: Record<string, number> = {};

  constructor(private readonly plan: RoomCrowdPlan) {}

  async open(): Promise<void> {
    const { url, people: count, connections } = this.plan;
    const people = await inTurns(count, 2, () => RestClient.register(url, 'crowd'));
    const [owner] = people;
    if (owner === undefined) throw new Error('nobody is there');
    this.owner = owner;
    this.roomId = (await owner.createRoom({ kind: 'public', name: 'everybody' })).roomId;
    await inTurns(count - 1, 4, (index) => people[index + 1]!.call('POST', `/rooms/${this.roomId}/join`));
    await inTurns(connections, OPENING_WIDTH, (index) => this.connect(people[index % count]!, index));
  }

  async talk({ rate, seconds, text, stopReading, drainSeconds }: TalkPlan): Promise<TalkFigures> {
    const total = Math.round(rate * seconds);
    const refusals: Record<string, number> = {};
    let refused = 0;
    let badRefusals = 0;
    for (const reader of this.readers.slice(this.readers.length - stopReading)) {
      reader.isReading = false;
      reader.socket.stopReading();
    }
    const writers = this.readers.filter(({ isReading }) => isReading);
    const first = this.next;
    this.next += total;
    this.intervalMs = 1_000 / rate;
    this.acked = Latencies.empty();
    this.delivered = Latencies.empty();
    // As if the first number of all had been due at this rate, too.
    this.startMs = performance.now() - (first - 1) * this.intervalMs;
    for (let number = first; number < first + total;) {
      while (number < first + total && this.dueMs(number) <= performance.now()) {
        const own = number++;
        writers[own % writers.length]!.socket.callBack<{ seq: number }>(
          'message.post',
          `{"roomId":"${this.roomId}","clientMsgId":"${String(own)}","text":"${text}"}`,
          (answer) => {
            if (answer.ok) {
              this.acked.add(performance.now() - this.dueMs(own));
              this.acks.set(own, answer.seq);
              return;
            }
            const { code, retryAfterMs } = answer.error;
            refused++;
            refusals[code] = (refusals[code] ?? 0) + 1;
            if (!SHED_CODES.includes(code) || retryAfterMs === undefined) badRefusals++;
          },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const deadlineMs = performance.now() + drainSeconds * 1_000;
    const head = (): number => Math.max(...this.acks.values(), 0);
    const isDone = (): boolean => this.acked.count + refused >= total && writers.every(({ tally }) => tally.last >= head());
    while (!isDone() && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return {
      posted: total,
      acked: this.acked.count,
      refusals,
      badRefusals,
      unanswered: total - this.acked.count - refused,
      ack: this.acked.summary(),
      delivery: this.delivered.summary(),
      deliveries: this.delivered.count,
      closed: this.closed,
    };
  }

  /** Whoever reads has everything, as it is stored; what was acknowledged is there, once, where it was said to be. */
  async verify(): Promise<Verdict> {
    const places = ((await this.owner?.log(this.roomId)) ?? []).map(placeOf);
    const storedAt = new Map(places.map(({ seq, content }) => [content, seq]));
    const posts = places.filter(({ content }) => content > 0);
    const reading = this.readers.filter(({ isReading }) => isReading);
    const stored = new Map<number, StreamTally>();
    const found = reading.map(({ tally }) => {
      const own = stored.get(tally.from) ?? tallyOf(tally.from, places);
      stored.set(tally.from, own);
      return tally.finish(own);
    });
    let lost = 0;
    let reordered = 0;
    for (const [number, seq] of this.acks) {
      const at = storedAt.get(number);
      if (at === undefined) lost++;
      else if (at !== seq) reordered++;
    }
    const duplicated = posts.length - new Set(posts.map(({ content }) => content)).size;
    const from = reading[0]?.tally.from ?? 0;
    const end = this.sample.at(-1)?.seq ?? 0;
    const controlPassed = negativeControl(
      from,
      this.sample,
      tallyOf(
        from,
        places.filter(({ seq }) => seq <= end),
      ),
    );
    return {
      ...sum([...found, { lost, duplicated, reordered }]),
      checkedDeliveries: reading.reduce((total, { tally }) => total + tally.last - tally.from, 0),
      checkedAcks: this.acks.size,
      controlPassed,
    };
  }

  private dueMs(number: number): number {
    return this.startMs + (number - 1) * this.intervalMs;
  }

  private async connect(person: RestClient, index: number): Promise<void> {
    const socket = await RawSocket.connect(this.plan.url, { token: person.credentials?.accessToken });
    const early: LoggedEvent[] = [];
    socket.onEvents = (events) => early.push(...events);
    const answer = await socket.call<{ rooms: { cursor: string }[] }>('room.subscribe', { rooms: [{ roomId: this.roomId }] });
    if (!answer.ok) throw new Error(answer.error.code);
    const reader: Reader = { socket, tally: new StreamTally(Number(answer.rooms[0]?.cursor.split('.')[1])), isReading: true };
    this.readers[index] = reader;
    socket.onClose = (reason) => (this.closed[reason] = (this.closed[reason] ?? 0) + 1);
    const see = (event: LoggedEvent): void => {
      const place = placeOf(event);
      reader.tally.see(place);
      if (index === 0 && this.sample.length < SAMPLE_SIZE) this.sample.push(place);
      if (place.content > 0) this.delivered.add(performance.now() - this.dueMs(place.content));
    };
    early.forEach(see);
    socket.onEvents = (events) => events.forEach(see);
  }
}

/** The number of the post that an event is, or its negative seq for anything else. */
function placeOf({ seq, type, data }: LoggedEvent): Place {
  const number = type === 'message.posted' ? Number(data?.['clientMsgId']) : Number.NaN;
  return { seq, content: Number.isInteger(number) ? number : -seq };
}
