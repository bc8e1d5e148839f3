import { DEFAULT_PARTITION_COUNT, keyedRoomId, partitionOf, type UserId } from '@agent-chat/kernel';
import { DeliveryVerifier, eventually, type VerifierReport } from '@agent-chat/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CompletedSend, LoadClient, seen } from './load-client';
import { RestClient } from './rest-client';
import { uploadOf } from './uploading';

/** Something that goes wrong under load. */
export interface Fault {
  readonly name: string;
  begin(): Promise<unknown>;
  /** Brings back what was broken. */
  mend(): Promise<unknown>;
  /** How long it stays broken. Without it: until every room acknowledges sends again in spite of it. */
  readonly lastsMs?: number;
}

/** What a fault did to the people who wrote and read meanwhile. */
export interface FaultReport extends VerifierReport {
  readonly fault: string;
  /** From the fault's begin until a send that was begun since was acknowledged, in the room that waited longest. */
  readonly firstAckMs: number;
  /** The same from when it was mended, for a fault that lasts. */
  readonly recoveredMs?: number;
  /** The longest that one send waited for its acknowledgement. */
  readonly longestStallMs: number;
  /** The longest from an acknowledgement until somebody who reads had that message. */
  readonly latestDeliveryMs: number;
  readonly acknowledged: number;
  /** Acknowledged sends a second, from the first to the last. */
  readonly perSecond: number;
  readonly resyncs: number;
  /** Readers who did not get to the end of every log. */
  readonly behind: number;
  /** Whether the verifier found a loss, a duplicate and a swap that were put into its own observations. */
  readonly control: { readonly loss: boolean; readonly duplicate: boolean; readonly swap: boolean };
}

export interface LoadOptions {
  readonly clients: number;
  readonly rooms: number;
  /** From when one send is due until the next is. One that has to wait for the one before is made up for, so that what is offered stays the same. */
  readonly postEveryMs: number;
  /** Each client sends a file along with every so-manieth of its messages; none unless given. */
  readonly fileEvery?: number;
  /** So many of the clients read everything; all of them unless given. */
  readonly readers?: number;
}

/** So many of the rooms lie in that logical shard; the others wherever chance puts them. */
export interface ShardOfRooms {
  readonly partition: number;
  readonly rooms: number;
}

/** Sends a second that all clients together offer. */
const OFFERED_PER_SECOND = 160;

/** What suites use; with more clients, each reads as much and writes less. */
export function loadOptions(): LoadOptions {
  const clients = Number(process.env['FAULT_CLIENTS'] ?? 16);
  return { clients, rooms: 8, postEveryMs: (clients * 1_000) / OFFERED_PER_SECOND, fileEvery: 40 };
}

const WARM_UP_MS = 1_500;
const AFTERWARDS_MS = 2_000;
const RECOVERY_LIMIT_MS = 90_000;
const READ_LIMIT_MS = 60_000;
const FILE_BYTES = 40_000;
/** Longer than anything stays away. */
const PATIENT_DELAYS_MS = Array.from({ length: 600 }, () => 200);
/** People that one call takes. */
const MOST_AT_ONCE = 100;
/** An access token lives 15 minutes, and one fault lasts less than half as long. */
const RENEW_AFTER_MS = 5 * 60_000;

/** People who write to and read from rooms all the time, in rooms of their own for each fault. */
export class FaultLoad {
  private renewedMs = performance.now();

  private constructor(
    private readonly people: readonly RestClient[],
    private readonly options: LoadOptions,
  ) {}

  static async open(url: string, options: LoadOptions): Promise<FaultLoad> {
    const people: RestClient[] = [];
    for (let index = 0; index < options.clients; index++) people.push(await RestClient.register(url, `client${String(index)}`));
    return new FaultLoad(people, options);
  }

  /** Has everybody write and read while the fault happens and until all is as before; tells what they saw. */
  async under(fault: Fault, inShard?: ShardOfRooms): Promise<FaultReport> {
    await this.renewSessions();
    const rooms = await this.makeRooms(inShard);
    const verifier = new DeliveryVerifier();
    const { readers: readerCount = this.people.length } = this.options;
    const clients = this.people.map((person, index) => new LoadClient(person, verifier, index < readerCount ? rooms : []));
    const readers = clients.slice(0, readerCount);
    try {
      await Promise.all(clients.map((client) => client.untilLive(RECOVERY_LIMIT_MS)));
      const writing = new Writing(clients, rooms, this.options);
      await delay(WARM_UP_MS);
      const times = await happen(fault, writing);
      await delay(AFTERWARDS_MS);
      await writing.stop();
      const logs = await this.read(rooms);
      await Promise.all(clients.map((client) => client.untilLive(RECOVERY_LIMIT_MS)));
      const behind = await untilRead(readers, logs);
      return {
        fault: fault.name,
        ...times,
        longestStallMs: writing.longestStallMs(),
        latestDeliveryMs: latestDeliveryMs(clients, readers),
        acknowledged: clients.reduce((sum, { acked }) => sum + acked, 0),
        perSecond: writing.perSecond(),
        ...verifier.verify(logs),
        resyncs: clients.reduce((sum, { resyncs }) => sum + resyncs, 0),
        behind,
        control: verifier.negativeControl(logs),
      };
    } finally {
      for (const client of clients) client.stop();
    }
  }

  private async renewSessions(): Promise<void> {
    if (performance.now() - this.renewedMs < RENEW_AFTER_MS) return;
    this.renewedMs = performance.now();
    for (const person of this.people) await eventually(() => person.renew(), { timeoutMs: RECOVERY_LIMIT_MS });
  }

  private async makeRooms(inShard: ShardOfRooms | undefined): Promise<string[]> {
    const [owner, ...others] = this.people;
    if (owner === undefined) throw new Error('nobody');
    const memberIds = others.map(({ userId }) => userId);
    const rooms = Array.from({ length: this.options.rooms }, async (_, index) => {
      const key = keyOf(owner, inShard !== undefined && index < inShard.rooms ? inShard.partition : undefined);
      const room = { kind: 'private', name: `room ${String(index)}`, memberIds: memberIds.slice(0, MOST_AT_ONCE) };
      const { roomId } = await eventually(() => owner.createRoom(room, key), { timeoutMs: RECOVERY_LIMIT_MS });
      for (let from = MOST_AT_ONCE; from < memberIds.length; from += MOST_AT_ONCE) {
        const userIds = memberIds.slice(from, from + MOST_AT_ONCE);
        await eventually(() => owner.call('POST', `/rooms/${roomId}/members`, { userIds }), { timeoutMs: RECOVERY_LIMIT_MS });
      }
      return roomId;
    });
    return Promise.all(rooms);
  }

  private async read(rooms: readonly string[]): Promise<Map<string, ReturnType<typeof seen>[]>> {
    const [owner] = this.people;
    if (owner === undefined) throw new Error('nobody');
    const read = async (roomId: string) => [roomId, (await eventually(() => owner.wholeLog(roomId), { timeoutMs: READ_LIMIT_MS })).map(seen)] as const;
    return new Map(await Promise.all(rooms.map(read)));
  }
}

/** A room made with it lies in that shard, or anywhere. */
function keyOf({ userId }: RestClient, partition: number | undefined): string {
  for (;;) {
    const key = randomUUID();
    if (partition === undefined || partitionOf(keyedRoomId(userId as UserId, key), DEFAULT_PARTITION_COUNT) === partition) return key;
  }
}

async function happen(fault: Fault, writing: Writing): Promise<Pick<FaultReport, 'firstAckMs' | 'recoveredMs'>> {
  await fault.begin();
  const begunMs = performance.now();
  if (fault.lastsMs === undefined) {
    await writing.untilAcknowledged(begunMs);
    const firstAckMs = writing.firstAckMs(begunMs);
    await fault.mend();
    return { firstAckMs };
  }
  await delay(fault.lastsMs);
  await fault.mend();
  const mendedMs = performance.now();
  await writing.untilAcknowledged(mendedMs);
  return { firstAckMs: writing.firstAckMs(begunMs), recoveredMs: writing.firstAckMs(mendedMs) };
}

/** Each client writes to one room, one message after the other. */
class Writing {
  /** Complete, and yet to be posted. */
  private readonly uploaded = new Map<LoadClient, readonly string[]>();
  private readonly uploads: Promise<unknown>[] = [];
  private isOver = false;
  private readonly done: Promise<unknown>;

  constructor(
    private readonly clients: readonly LoadClient[],
    private readonly rooms: readonly string[],
    private readonly options: LoadOptions,
  ) {
    const { postEveryMs } = options;
    const apartMs = postEveryMs / clients.length;
    this.done = Promise.all(clients.map((client, index) => this.write(client, rooms[index % rooms.length] ?? '', index * apartMs)));
    // Told by `stop`, at the latest.
    this.done.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.done;
    await Promise.all(this.uploads);
  }

  /** Resolves when a send that was begun after that time was acknowledged in every room. */
  async untilAcknowledged(sinceMs: number): Promise<void> {
    const stuck = (): readonly string[] => this.rooms.filter((roomId) => this.firstAckIn(roomId, sinceMs) === undefined);
    const deadlineMs = performance.now() + RECOVERY_LIMIT_MS;
    while (stuck().length > 0) {
      if (performance.now() > deadlineMs) throw new Error(`Nothing is acknowledged any more in ${stuck().join(', ')}`);
      await delay(20);
    }
  }

  firstAckMs(sinceMs: number): number {
    return Math.round(Math.max(...this.rooms.map((roomId) => (this.firstAckIn(roomId, sinceMs) ?? Infinity) - sinceMs)));
  }

  longestStallMs(): number {
    return Math.round(this.sends().reduce((longest, { begunMs, ackedMs }) => Math.max(longest, ackedMs - begunMs), 0));
  }

  perSecond(): number {
    const times = this.sends().map(({ ackedMs }) => ackedMs);
    const span = times.reduce(({ first, last }, ackedMs) => ({ first: Math.min(first, ackedMs), last: Math.max(last, ackedMs) }), { first: Infinity, last: 0 });
    return Math.round((times.length * 1_000) / (span.last - span.first));
  }

  private sends(): CompletedSend[] {
    return this.clients.flatMap(({ sends }) => sends);
  }

  private firstAckIn(roomId: string, sinceMs: number): number | undefined {
    const since = this.sends().filter((send) => send.roomId === roomId && send.begunMs >= sinceMs);
    return since.length === 0 ? undefined : since.reduce((first, { ackedMs }) => Math.min(first, ackedMs), Infinity);
  }

  /** Uploaded behind what is said, so that nobody waits for it; posted with a later message once it is there. */
  private async fileFor(client: LoadClient, roomId: string, sendNo: number): Promise<readonly string[]> {
    const { fileEvery } = this.options;
    if (fileEvery === undefined) return [];
    const ready = this.uploaded.get(client) ?? [];
    this.uploaded.set(client, []);
    if (sendNo % fileEvery === 1) {
      const uploading = uploadPatiently(client, roomId).then((id) => this.uploaded.set(client, [...(this.uploaded.get(client) ?? []), id]));
      this.uploads.push(uploading);
    }
    return ready;
  }

  private async write(client: LoadClient, roomId: string, afterMs: number): Promise<void> {
    let nextMs = performance.now() + afterMs;
    await delay(afterMs);
    for (let sendNo = 1; !this.isOver; sendNo++) {
      nextMs += this.options.postEveryMs;
      await client.post(roomId, `${client.name} says ${String(sendNo)}`, await this.fileFor(client, roomId, sendNo));
      await delay(Math.max(0, nextMs - performance.now()));
    }
  }
}

/** Uploads until that is done, as a patient client does. */
async function uploadPatiently(client: LoadClient, roomId: string): Promise<string> {
  const { upload, done } = uploadOf(client.rest, randomBytes(FILE_BYTES), { roomId, options: { retryDelays: PATIENT_DELAYS_MS } });
  upload.start();
  return done;
}

function latestDeliveryMs(clients: readonly LoadClient[], readers: readonly LoadClient[]): number {
  const delays = clients.flatMap(({ sends }) =>
    sends.flatMap(({ messageId, ackedMs }) => readers.map(({ arrivals }) => (arrivals.get(messageId) ?? ackedMs) - ackedMs)),
  );
  return Math.round(delays.reduce((longest, delayMs) => Math.max(longest, delayMs), 0));
}

/** Waits until everybody is at the end of every log; resolves with how many did not get there. */
async function untilRead(clients: readonly LoadClient[], logs: ReadonlyMap<string, readonly { epoch: number; seq: number }[]>): Promise<number> {
  const isBehind = (client: LoadClient): boolean =>
    [...logs].some(([roomId, log]) => client.cursor(roomId) !== `${String(log.at(-1)?.epoch)}.${String(log.at(-1)?.seq)}`);
  const deadlineMs = performance.now() + READ_LIMIT_MS;
  while (clients.some(isBehind) && performance.now() < deadlineMs) await delay(50);
  return clients.filter(isBehind).length;
}
