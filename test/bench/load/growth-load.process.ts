import { inTurns, Latencies, RawSocket, serveTasks } from '@agent-chat/load';

/** A connection to open, and the rooms to follow over it. */
export interface Opening {
  readonly url: string;
  readonly token: string;
  readonly rooms: readonly string[];
}

/** Posts at random moments, as people who don't know of each other do; each to the next of the rooms, by the connection at its place in `authors`. */
export interface Posting {
  readonly rate: number;
  readonly seconds: number;
  readonly rooms: readonly string[];
  readonly authors: readonly number[];
}

export interface Posted {
  readonly acked: number;
  readonly refused: number;
  readonly deliveries: number;
  /** From the first post to the last one due: what `acked` and `deliveries` are divided by, for what comes later was posted then too. */
  readonly seconds: number;
  readonly ack: { readonly p50: number; readonly p99: number };
  readonly delivery: { readonly p50: number; readonly p99: number };
}

const OPENING_WIDTH = 32;
const ROOMS_PER_CALL = 100;
const TICK_MS = 1;
const POLL_MS = 10;
const DRAIN_MS = 10_000;
const TEXT = 'a message of ordinary length, as people write them to each other all day long, give or take a few words';

/** Connections as thin as the protocol allows; what was delivered is counted here, and checked for loss and order by other benchmarks. */
class GrowthLoad {
  private readonly sockets: RawSocket[] = [];
  private closed = 0;
  private runs = 0;
  /** When each post of the run is due. */
  private dueMs = new Float64Array();
  private deliveries = Latencies.empty();

  /** Opens connections after those there are. */
  async open(openings: readonly Opening[]): Promise<void> {
    const first = this.sockets.length;
    await inTurns(openings.length, OPENING_WIDTH, async (index) => {
      const { url, token, rooms } = openings[index]!;
      const socket = await RawSocket.connect(url, { token, ...addressFor(first + index) });
      this.sockets[first + index] = socket;
      socket.onClose = () => this.closed++;
      socket.onEvents = (events) => {
        for (const { data } of events) this.delivered(String(data?.['clientMsgId']));
      };
      await follow(socket, rooms);
    });
  }

  /** Has connections that are open follow more rooms. */
  async follow({ first, count, rooms }: { first: number; count: number; rooms: readonly string[] }): Promise<void> {
    await inTurns(count, OPENING_WIDTH, (index) => follow(this.sockets[first + index]!, rooms));
  }

  async post({ rate, seconds, rooms, authors }: Posting, expectedEach: number): Promise<Posted> {
    const total = Math.max(1, Math.round(rate * seconds));
    const run = ++this.runs;
    const acks = Latencies.empty();
    const startedMs = performance.now();
    let [posted, refused] = [0, 0];
    this.deliveries = Latencies.empty();
    const dueMs = momentsAtRandom(total, startedMs, seconds * 1_000);
    this.dueMs = dueMs;
    const post = (number: number): void => {
      const body = `{"roomId":"${rooms[number % rooms.length]!}","clientMsgId":"${String(run)}.${String(number)}","text":"${TEXT}"}`;
      this.sockets[authors[number % authors.length]!]!.callBack('message.post', body, (answer) => {
        if (answer.ok) acks.add(performance.now() - dueMs[number]!);
        else refused++;
      });
    };
    await new Promise<void>((resolve) => {
      const tick = (): void => {
        while (posted < total && dueMs[posted]! <= performance.now()) post(posted++);
        if (posted < total) setTimeout(tick, TICK_MS);
        else resolve();
      };
      tick();
    });
    const expected = (): number => acks.count * expectedEach;
    const deadlineMs = performance.now() + DRAIN_MS;
    const isDone = (): boolean => acks.count + refused >= total && this.deliveries.count >= expected();
    while (!isDone() && performance.now() < deadlineMs) await new Promise((next) => setTimeout(next, POLL_MS));
    if (this.closed > 0) throw new Error(`${String(this.closed)} connections were closed`);
    const took = (performance.now() - startedMs) / 1_000;
    const { p50, p99 } = acks.summary();
    const delivery = this.deliveries.summary();
    return {
      acked: acks.count,
      refused: total - acks.count,
      deliveries: this.deliveries.count,
      seconds: took,
      ack: { p50, p99 },
      delivery: { p50: delivery.p50, p99: delivery.p99 },
    };
  }

  private delivered(clientMsgId: string): void {
    const [run, number] = clientMsgId.split('.').map(Number);
    const dueMs = run === this.runs ? this.dueMs[number ?? -1] : undefined;
    if (dueMs !== undefined) this.deliveries.add(performance.now() - dueMs);
  }
}

/** An address has ports for so many connections to one server. */
const CONNECTIONS_AN_ADDRESS = 20_000;

function addressFor(index: number): { localAddress?: string } {
  const block = Math.floor(index / CONNECTIONS_AN_ADDRESS);
  return block === 0 ? {} : { localAddress: `127.0.0.${String(block + 1)}` };
}

/** Moments that have nothing to do with each other, in their order. */
function momentsAtRandom(count: number, fromMs: number, spanMs: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: count }, () => fromMs + Math.random() * spanMs).sort();
}

async function follow(socket: RawSocket, rooms: readonly string[]): Promise<void> {
  for (let from = 0; from < rooms.length; from += ROOMS_PER_CALL) {
    const some = rooms.slice(from, from + ROOMS_PER_CALL).map((roomId) => ({ roomId }));
    const answer = await socket.call<{ rooms: { error?: { code: string } }[] }>('room.subscribe', { rooms: some });
    if (!answer.ok) throw new Error(answer.error.code);
    const refused = answer.rooms.find(({ error }) => error !== undefined);
    if (refused !== undefined) throw new Error(refused.error?.code);
  }
}

const load = new GrowthLoad();

serveTasks({
  open: (openings: Opening[]) => load.open(openings),
  follow: (more: { first: number; count: number; rooms: string[] }) => load.follow(more),
  post: ({ expectedEach, ...posting }: Posting & { expectedEach: number }) => load.post(posting, expectedEach),
});
