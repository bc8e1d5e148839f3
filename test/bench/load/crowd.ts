import { inTurns, Latencies, type Percentiles, RawSocket, StreamTally } from '@agent-chat/load';
import { RestClient } from '../../support/rest-client';

/** Many connections of few people in public rooms. */
export interface CrowdPlan {
  readonly url: string;
  readonly users: number;
  readonly connections: number;
  readonly rooms: number;
  readonly roomsPerConnection: number;
  /** A server without accounts and rooms. */
  readonly isBare: boolean;
}

export interface BroadcastPlan {
  readonly rate: number;
  readonly seconds: number;
}

export interface BroadcastFigures {
  readonly posted: number;
  readonly deliveries: number;
  readonly expected: number;
  /** From the first post due to the last delivery. */
  readonly seconds: number;
  readonly delivery: Percentiles;
  /** Events that a connection did not get, got twice or in another order. */
  readonly faults: number;
}

const OPENING_WIDTH = 8;
const TEXT = 'a message of ordinary length, as people write them to each other all day long, give or take a few words';
const POLL_MS = 20;
const DRAIN_MS = 20_000;

/** Connections that do nothing but listen, and one that may post to the first room. */
export class Crowd {
  private readonly sockets: RawSocket[] = [];
  private readonly tallies: StreamTally[] = [];
  private rooms: string[] = [];
  private deliveries = Latencies.empty();
  private posted = 0;
  private startMs = 0;
  private intervalMs = 1;
  private closed = 0;

  constructor(private readonly plan: CrowdPlan) {}

  /** Registers people and makes rooms; nothing is connected yet. */
  async prepare(): Promise<void> {
    const { url, users, rooms, isBare } = this.plan;
    if (isBare) {
      this.people = [new RestClient(url)];
      this.rooms = Array.from({ length: rooms }, (_, index) => `room ${String(index)}`);
      return;
    }
    this.people = await inTurns(users, 2, () => RestClient.register(url, 'crowd'));
    this.rooms = await inTurns(
      rooms,
      4,
      async (index) => (await this.people[index % users]!.createRoom({ kind: 'public', name: `crowd ${String(index)}` })).roomId,
    );
  }

  async connect(): Promise<void> {
    await inTurns(this.plan.connections, OPENING_WIDTH, async (index) => {
      const socket = await RawSocket.connect(this.plan.url, { token: this.people[index % this.people.length]!.credentials?.accessToken });
      this.sockets[index] = socket;
      socket.onClose = () => this.closed++;
      await this.subscribe(socket, index);
    });
  }

  /** Posts to the first room, which everybody has to be in. */
  async broadcast({ rate, seconds }: BroadcastPlan): Promise<BroadcastFigures> {
    const total = Math.round(rate * seconds);
    const expected = total * this.plan.connections;
    this.deliveries = Latencies.empty();
    this.intervalMs = 1_000 / rate;
    this.posted = 0;
    this.startMs = performance.now();
    await new Promise<void>((resolve) => {
      const tick = (): void => {
        while (this.posted < total && this.startMs + this.posted * this.intervalMs <= performance.now()) this.post(this.posted++);
        if (this.posted < total) setTimeout(tick, 1);
        else resolve();
      };
      tick();
    });
    const deadlineMs = performance.now() + DRAIN_MS;
    while (this.deliveries.count < expected && performance.now() < deadlineMs) await new Promise((next) => setTimeout(next, POLL_MS));
    const elapsed = (performance.now() - this.startMs) / 1_000;
    if (this.closed > 0) throw new Error(`${String(this.closed)} connections were closed`);
    const faults = this.tallies.reduce((sum, { lost, duplicated, reordered }) => sum + lost + duplicated + reordered, expected - this.deliveries.count);
    return { posted: total, deliveries: this.deliveries.count, expected, seconds: elapsed, delivery: this.deliveries.summary(), faults };
  }

  private people: RestClient[] = [];

  private post(number: number): void {
    this.sockets[0]!.callBack(
      'message.post',
      `{"roomId":"${this.rooms[0]!}","clientMsgId":"${String(this.run)}.${String(number)}","text":"${TEXT}"}`,
      (answer) => {
        if (!answer.ok) throw new Error(answer.error.code);
      },
    );
  }

  /** Keys of one broadcast must not be those of an earlier one. */
  private get run(): number {
    return Math.round(this.startMs);
  }

  private async subscribe(socket: RawSocket, index: number): Promise<void> {
    const { roomsPerConnection } = this.plan;
    const rooms = Array.from({ length: roomsPerConnection }, (_, place) => this.rooms[(index * roomsPerConnection + place) % this.rooms.length]!);
    const answer = await socket.call<{ rooms: { cursor: string }[] }>('room.subscribe', { rooms: rooms.map((roomId) => ({ roomId })) });
    if (!answer.ok) throw new Error(answer.error.code);
    const tally = new StreamTally(Number(answer.rooms[0]?.cursor.split('.')[1]));
    this.tallies[index] = tally;
    socket.onEvents = (events) => {
      for (const { seq, data } of events) {
        tally.see({ seq, content: seq });
        const number = Number(String(data?.['clientMsgId']).split('.')[1]);
        this.deliveries.add(performance.now() - this.startMs - number * this.intervalMs);
      }
    };
  }
}
