import {
  inTurns,
  type LoggedEvent,
  negativeControl,
  type Percentiles,
  type Place,
  RawSocket,
  StreamTally,
  sum,
  tallyOf,
  type Violations,
} from '@agent-chat/load';
import { RestClient } from '../../support/rest-client';
import { type PhaseFigures, type RunPhase, type SecondFigures, SendRun } from './send-run';

/** Rooms of equal size that everybody is in equally often; each user has one connection. */
export interface Population {
  /** The doors, which users are spread over. */
  readonly urls: readonly string[];
  readonly users: number;
  readonly roomsPerUser: number;
  readonly membersPerRoom: number;
  /** A server without accounts, rooms and log: nothing is registered, made or compared. */
  readonly isBare: boolean;
}

export interface RunPlan {
  readonly phases: readonly RunPhase[];
  /** How long to wait for what is still on its way after the last post. */
  readonly drainSeconds: number;
}

export interface RunFigures {
  readonly posted: number;
  /** Acknowledged until the last post was due, by second. */
  readonly achieved: number;
  readonly acked: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly deliveries: number;
  readonly expectedDeliveries: number;
  readonly eventsPerFrame: number;
  readonly ack: Percentiles;
  readonly delivery: Percentiles;
  /** CPU of this process a post. */
  readonly cpuMicros: number;
  /** Posts without any answer. */
  readonly unanswered: number;
  /** Refusals that were not for the load, or named no time. */
  readonly badRefusals: number;
  /** Of plans with several phases. */
  readonly phases: readonly PhaseFigures[];
  readonly series: readonly SecondFigures[];
}

export interface Verdict extends Violations {
  readonly checkedDeliveries: number;
  readonly checkedAcks: number;
  readonly controlPassed: boolean;
}

interface Member {
  readonly socket: RawSocket;
  readonly rest: RestClient;
  readonly rooms: string[];
  readonly streams: Map<string, StreamTally>;
}

/** One rate all the time. */
export function steadyPlan(rate: number, seconds: number, drainSeconds: number): RunPlan {
  return { phases: [{ rate, seconds }], drainSeconds };
}

const TICK_MS = 1;
const TEXT = 'a message of ordinary length, as people write them to each other all day long, give or take a few words';
const POLL_MS = 10;
/** What was stored without an answer in time may be delivered after its run. */
const LATE_DELIVERY_MS = 10_000;

/** Posts as a population does, and keeps account of everything that came back. */
export class SendLoad {
  private readonly members: Member[] = [];
  private readonly runs: SendRun[] = [];
  private run: SendRun | undefined;
  private nextNumber = 1;
  private frames = 0;
  /** All that one reader saw in one room, for the control. */
  private readonly sample: Place[] = [];
  private closedBecause: string | undefined;

  constructor(private readonly population: Population) {}

  async open(): Promise<void> {
    const { urls, users, isBare } = this.population;
    const urlOf = (user: number): string => urls[user % urls.length]!;
    const register = (user: number): Promise<RestClient> => RestClient.register(urlOf(user), 'load');
    const rests = isBare ? Array.from({ length: users }, (_, user) => new RestClient(urlOf(user))) : await inTurns(users, 2, register);
    const rooms = await this.makeRooms(rests);
    await inTurns(users, 4, async (index) => {
      const rest = rests[index]!;
      const socket = await RawSocket.connect(rest.url, { token: rest.credentials?.accessToken });
      const own = rooms.filter((_, room) => this.membersOf(room).includes(index));
      const member: Member = { socket, rest, rooms: own, streams: new Map() };
      this.members[index] = member;
      await this.subscribe(member, index === 0);
    });
  }

  async perform({ phases, drainSeconds }: RunPlan): Promise<RunFigures> {
    const run = new SendRun(this.nextNumber, phases);
    this.nextNumber += run.total;
    this.runs.push(run);
    this.frames = 0;
    const cpu = process.cpuUsage();
    run.startMs = performance.now();
    this.run = run;
    await this.postAll(run);
    const achieved = Math.round((run.ackedInTime / run.seconds) * 10) / 10;
    await this.drain(run, drainSeconds * 1_000);
    const used = process.cpuUsage(cpu);
    if (this.closedBecause !== undefined) throw new Error(`A connection was closed: ${this.closedBecause}`);
    return {
      posted: run.posted,
      achieved,
      acked: run.acks.count,
      refusals: run.refusals,
      deliveries: run.deliveries.count,
      expectedDeliveries: run.acks.count * this.population.membersPerRoom,
      eventsPerFrame: Math.round((run.deliveries.count / this.frames) * 10) / 10,
      ack: run.acks.summary(),
      delivery: run.deliveries.summary(),
      cpuMicros: Math.round((used.user + used.system) / run.total),
      unanswered: run.total - run.acks.count - run.refused,
      phases: run.phaseFigures(),
      badRefusals: run.badRefusals,
      series: run.series(),
    };
  }

  /** Compares everything that was acknowledged and delivered with what is stored, read over REST. */
  async verify(): Promise<Verdict> {
    const found: Violations[] = [];
    const storedAt = new Map<number, number>();
    let controlPassed = false;
    const [first] = this.members;
    const roomIds = [...new Set(this.members.flatMap(({ rooms }) => rooms))];
    await inTurns(roomIds.length, 2, async (index) => {
      const roomId = roomIds[index]!;
      const readers = this.members.filter(({ rooms }) => rooms.includes(roomId));
      const places = (await readers[0]!.rest.log(roomId)).map(placeOf);
      found.push(tallyOf(0, places).finish(tallyOf(0, places)));
      for (const { seq, content } of places) {
        if (content <= 0) continue;
        if (storedAt.has(content)) found.push({ lost: 0, duplicated: 1, reordered: 0 });
        storedAt.set(content, seq);
      }
      for (const { streams } of readers) {
        const seen = streams.get(roomId)!;
        const stored = tallyOf(seen.from, places);
        await until(() => seen.reaches(stored), LATE_DELIVERY_MS);
        found.push(seen.finish(stored));
      }
      if (roomId !== first?.rooms[0]) return;
      const { from } = first.streams.get(roomId)!;
      controlPassed = negativeControl(from, this.sample, tallyOf(from, places));
    });
    const conversations = this.members.length * this.population.roomsPerUser;
    found.push(...this.runs.map((run) => judgeAcks(run, storedAt, conversations)));
    const count = (pick: (run: SendRun) => number): number => this.runs.reduce((total, run) => total + pick(run), 0);
    return { ...sum(found), checkedDeliveries: count((run) => run.deliveries.count), checkedAcks: count((run) => run.acks.count), controlPassed };
  }

  close(): void {
    for (const { socket } of this.members) {
      socket.onClose = () => undefined;
      socket.close();
    }
  }

  private membersOf(room: number): number[] {
    const { users, membersPerRoom } = this.population;
    const stride = Math.max(1, Math.floor(users / membersPerRoom));
    return Array.from({ length: membersPerRoom }, (_, place) => (room + place * stride) % users);
  }

  private async makeRooms(rests: readonly RestClient[]): Promise<string[]> {
    const { users, roomsPerUser, membersPerRoom, isBare } = this.population;
    const count = Math.floor((users * roomsPerUser) / membersPerRoom);
    if (isBare) return Array.from({ length: count }, (_, room) => `00000000-0000-7000-8000-${String(room).padStart(12, '0')}`);
    return inTurns(count, 4, async (room) => {
      const [owner, ...others] = this.membersOf(room).map((member) => rests[member]!);
      const made = await owner!.createRoom({ kind: 'private', name: `load ${String(room)}`, memberIds: others.map(({ userId }) => userId) });
      return made.roomId;
    });
  }

  private async subscribe(member: Member, isSample: boolean): Promise<void> {
    const { socket, streams, rooms } = member;
    const early: LoggedEvent[] = [];
    socket.onClose = (reason) => (this.closedBecause = reason);
    socket.onEvents = (events) => early.push(...events);
    const answer = await socket.call<{ rooms: { roomId: string; cursor: string; error?: { code: string } }[] }>('room.subscribe', {
      rooms: rooms.map((roomId) => ({ roomId })),
    });
    if (!answer.ok) throw new Error(answer.error.code);
    for (const { roomId, cursor, error } of answer.rooms) {
      if (error !== undefined) throw new Error(error.code);
      streams.set(roomId, new StreamTally(Number(cursor.split('.')[1])));
    }
    const [sampled] = rooms;
    const see = (event: LoggedEvent): void => {
      const place = this.seen(streams, event);
      if (isSample && event.roomId === sampled) this.sample.push(place);
    };
    early.forEach(see);
    socket.onEvents = (events) => {
      this.frames++;
      for (const event of events) see(event);
    };
  }

  private seen(streams: ReadonlyMap<string, StreamTally>, event: LoggedEvent): Place {
    const place = placeOf(event);
    streams.get(event.roomId)?.see(place);
    const { run } = this;
    if (run !== undefined && place.content >= run.first) run.delivered(place.content);
    return place;
  }

  private postAll(run: SendRun): Promise<void> {
    return new Promise((resolve) => {
      const tick = (): void => {
        const nowMs = performance.now();
        while (run.posted < run.total && run.dueMs(run.first + run.posted) <= nowMs) this.post(run, run.first + run.posted++);
        if (run.posted < run.total) setTimeout(tick, TICK_MS);
        else resolve();
      };
      tick();
    });
  }

  private post(run: SendRun, number: number): void {
    const member = this.members[number % this.members.length]!;
    const roomId = member.rooms[Math.floor(number / this.members.length) % member.rooms.length]!;
    member.socket.callBack<{ seq: number }>('message.post', `{"roomId":"${roomId}","clientMsgId":"${String(number)}","text":"${TEXT}"}`, (answer) => {
      run.answered(number, answer);
    });
  }

  private async drain(run: SendRun, timeoutMs: number): Promise<void> {
    await until(() => run.isComplete && run.deliveries.count >= run.acks.count * this.population.membersPerRoom, timeoutMs);
  }
}

/** Resolves once it is so, or after that time. */
async function until(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!isSo() && performance.now() < deadlineMs) await new Promise((next) => setTimeout(next, POLL_MS));
}

/** The number of the post that an event is, or its negative seq for anything else. */
function placeOf({ seq, type, data }: LoggedEvent): Place {
  const number = type === 'message.posted' ? Number(data?.['clientMsgId']) : Number.NaN;
  return { seq, content: Number.isInteger(number) ? number : -seq };
}

/** Every acknowledged post is stored where its acknowledgement said, and those of one sender in the order sent. */
function judgeAcks(run: SendRun, storedAt: ReadonlyMap<number, number>, conversations: number): Violations {
  let lost = 0;
  let reordered = 0;
  const newest = new Map<number, number>();
  for (const [index, seq] of run.ackSeqs.entries()) {
    if (seq === 0) continue;
    const stored = storedAt.get(run.first + index);
    if (stored === undefined) lost++;
    else if (stored !== seq || seq <= (newest.get((run.first + index) % conversations) ?? 0)) reordered++;
    newest.set((run.first + index) % conversations, seq);
  }
  return { lost, duplicated: 0, reordered };
}
