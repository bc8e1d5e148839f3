import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { Backplane, type BackplaneChannel, type BackplaneListener, type Listening } from '@agent-chat/backplane';
import {
  COMMANDS_TOPIC,
  decodeEventGroups,
  encodeCommand,
  type Command,
  type CommandAnswer,
  type CommandData,
  type CommandType,
  type EventGroup,
} from '@agent-chat/contracts';
import { DatabaseError, type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { type TestDatabase } from '@agent-chat/database/testing';
import { type Consumption, EventLog, type LogRange, type LogRecord, type RecordPosition, type Subscription } from '@agent-chat/event-log';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { AppError, newId, partitionOf, SystemClock, type Clock, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';
import { type Progress } from '../../../apps/chat/src/infrastructure/write/progress-repository';
import { OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';

// Faults are the point here: what the owner says about them would bury the report.
Logger.overrideLogger(false);

export const PARTITIONS = 64;

/** What happens to the next commit: it never reaches the server, or the server commits and its answer is lost. */
export type CommitFault = 'unreached' | 'unanswered';

/** The real database, with a network that fails as told. */
export class FaultyDatabase implements PhysicalDatabase {
  readonly name: string;
  readonly commitFaults: CommitFault[] = [];
  isDown = false;
  /** Runs before each commit leaves. */
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  /** Runs before any other statement. */
  beforeRead: (sql: string) => Promise<void> = () => Promise.resolve();
  commits = 0;
  /** Runs before the answer of any other statement arrives. */
  afterRead: (sql: string) => Promise<void> = () => Promise.resolve();
  /** By how much the server's clock goes ahead of what it is, as a question for it alone tells, in milliseconds. */
  clockAheadMs = 0;
  /** Statements and transactions refused while it was down. */
  refused = 0;

  constructor(private readonly real: PhysicalDatabase) {
    this.name = real.name;
  }

  async query<R extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    this.requireUp();
    if (!sql.includes('commit_batch(')) {
      await this.beforeRead(sql);
      const rows = await this.real.query<R>(sql, parameters);
      await this.afterRead(sql);
      return rows.map((row) => (typeof row['now_ms'] === 'number' ? { ...row, now_ms: row['now_ms'] + this.clockAheadMs } : row));
    }
    await this.beforeCommit();
    this.requireUp();
    const fault = this.commitFaults.shift();
    if (fault === 'unreached') throw outage();
    const rows = await this.real.query<R>(sql, parameters);
    this.commits += 1;
    if (fault === 'unanswered') throw outage();
    return rows;
  }

  async transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    this.requireUp();
    return this.real.transaction(work);
  }

  private requireUp(): void {
    if (!this.isDown) return;
    this.refused += 1;
    throw outage();
  }
}

function outage(): DatabaseError {
  return new DatabaseError('outage', undefined, 'the connection is gone', undefined, undefined);
}

/** The real log, whose appends fail as told. */
export class FaultyLog extends EventLog {
  override readonly partitionCount: number;
  /** The code to refuse an append with; `isWritten` tells whether it lies in the log all the same. */
  appendFault: (topic: string) => { readonly code: 'LOG_UNAVAILABLE' | 'LOG_UNCERTAIN'; readonly isWritten: boolean } | undefined = () => undefined;
  /** Whether the group's offsets stay where they are. */
  losesCommits = false;
  /** Partitions that the group has given to another, who has not been told of it yet. */
  readonly takenAway = new Set<number>();
  /** The group's offsets as they were committed: `<partition>: <next offset>`. */
  readonly groupCommits: string[] = [];
  /** Told what lies in the log. */
  onAppended: (topic: string, records: readonly LogRecord[]) => void = () => undefined;

  constructor(private readonly real: EventLog) {
    super();
    this.partitionCount = real.partitionCount;
  }

  override async append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const fault = this.appendFault(topic);
    if (fault?.isWritten === false) throw new AppError(fault.code);
    const positions = await this.real.append(topic, records);
    this.onAppended(topic, records);
    if (fault === undefined) return positions;
    throw new AppError(fault.code);
  }

  override async subscribe(subscription: Subscription): Promise<Consumption> {
    const real = await this.real.subscribe(subscription);
    const commit = (partition: number, nextOffset: number) => {
      if (this.losesCommits) return Promise.resolve();
      this.groupCommits.push(`${partition}: ${nextOffset}`);
      return real.commit(partition, nextOffset);
    };
    return {
      assigned: () => real.assigned().filter((partition) => !this.takenAway.has(partition)),
      pause: (partition) => real.pause(partition),
      resume: (partition) => real.resume(partition),
      seek: (partition, offset) => real.seek(partition, offset),
      committed: (partition) => real.committed(partition),
      stop: () => real.stop(),
      commit,
    };
  }

  override read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    return this.real.read(topic, partition, fromOffset, limit);
  }

  override close(): Promise<void> {
    return this.real.close();
  }
}

/** The real backplane, which loses what it is told to lose. */
export class FaultyBackplane extends Backplane {
  isDown = false;
  loses: (channel: BackplaneChannel) => boolean = () => false;
  private readonly real = new InMemoryBackplane();

  override listen(gateway: GatewayId, listener: BackplaneListener): Promise<Listening> {
    return this.real.listen(gateway, listener);
  }

  override async publish(gateways: readonly GatewayId[], channel: BackplaneChannel, message: string): Promise<void> {
    if (this.isDown) throw new AppError('UNAVAILABLE');
    if (this.loses(channel)) return;
    await this.real.publish(gateways, channel, message);
  }

  override async gateways(): Promise<readonly GatewayId[]> {
    if (this.isDown) throw new AppError('UNAVAILABLE');
    return this.real.gateways();
  }

  override close(): Promise<void> {
    return this.real.close();
  }
}

export interface Call<Type extends CommandType = CommandType> {
  readonly type: Type;
  readonly roomId: RoomId;
  readonly actorId: UserId;
  readonly data: CommandData<Type>;
  readonly key?: string;
  readonly requestId?: string;
}

/** What a rig is made of, where not of new parts. */
export interface RigParts {
  readonly log?: EventLog;
  readonly clock?: Clock;
  readonly gatewayId?: GatewayId;
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** One chat process over parts that fail on demand, and a gateway's ear. */
export async function openRig(test: TestDatabase, parts: RigParts = {}) {
  const clock = parts.clock ?? new SystemClock();
  const log = new FaultyLog(parts.log ?? new InMemoryEventLog({ partitionCount: PARTITIONS, clock }));
  const database = new FaultyDatabase(test.database.writer(0));
  const backplane = new FaultyBackplane();
  const gatewayId = parts.gatewayId ?? newId<GatewayId>();
  const answers = new Map<string, CommandAnswer>();
  const heard: CommandAnswer[] = [];
  const groups: EventGroup[] = [];
  const control: { type: string; partition: number; fence: number }[] = [];
  await backplane.listen(gatewayId, (channel, message) => {
    if (channel === 'answers') {
      for (const answer of JSON.parse(message) as CommandAnswer[]) {
        heard.push(answer);
        answers.set(answer.requestId, answer);
      }
    } else if (channel === 'events') groups.push(...decodeEventGroups(message));
    else if (channel === 'control') control.push(JSON.parse(message));
  });
  const shards = {
    reloads: 0,
    writer: () => database,
    reload: () => {
      shards.reloads += 1;
      return test.database.reload();
    },
  };
  const owner = new ChatOwner({ log, backplane, database: shards, clock, name: newId() });
  const owners = new OwnerAnswers(owner, { shard: () => database, reload: shards.reload });
  await owner.start();

  /** Appends a call without waiting for its answer; resolves with its place. */
  const append = async <Type extends CommandType>({ key = newId(), requestId = newId(), ...call }: Call<Type>) => {
    const record = encodeCommand({ ...call, key, requestId, gatewayId } as unknown as Command);
    const [place] = await log.append(COMMANDS_TOPIC, [record]);
    return { requestId, key, offset: place!.offset };
  };
  const answerTo = (requestId: string, timeoutMs = 8_000): Promise<CommandAnswer> =>
    eventually(() => answers.get(requestId) ?? Promise.reject(new Error('no answer yet')), { timeoutMs });
  const send = async <Type extends CommandType>(call: Call<Type>): Promise<CommandAnswer> => answerTo((await append(call)).requestId);
  const stop = async (): Promise<void> => {
    await owner.stop();
    await backplane.close();
  };
  return { owner, owners, shards, log, database, backplane, gatewayId, answers, heard, groups, control, append, answerTo, send, stop };
}

/** A new room's id that lies in this partition. */
export function roomIn(partition: number): RoomId {
  for (;;) {
    const roomId = newId<RoomId>();
    if (partitionOf(roomId, PARTITIONS) === partition) return roomId;
  }
}

export function create(roomId: RoomId, actorId: UserId, memberIds: UserId[] = []): Call<'room.create'> {
  return { type: 'room.create', roomId, actorId, data: { kind: 'private', name: 'lobby', topic: '', memberIds } };
}

export function post(roomId: RoomId, actorId: UserId, text: string, key: string = newId()): Call<'message.post'> {
  return { type: 'message.post', roomId, actorId, key, data: { messageId: newId<MessageId>(), text } };
}

/** Where an answer says that its event lies, or the code of the refusal. */
export function seqOf(answer: CommandAnswer): number | string {
  return answer.ok ? answer.result.seq : answer.error.code;
}

/** The texts of a room's messages, oldest first. */
export async function textsOf(test: TestDatabase, roomId: RoomId): Promise<string[]> {
  const rows = await test.database.shard(0).query<{ text: string }>('SELECT text FROM messages WHERE room_id = $1 ORDER BY seq', [roomId]);
  return rows.map(({ text }) => text);
}

/** The seqs of a room's log, lowest first. */
export async function seqsOf(test: TestDatabase, roomId: RoomId): Promise<number[]> {
  const rows = await test.database.shard(0).query<{ seq: number }>('SELECT seq FROM room_events WHERE room_id = $1 ORDER BY seq', [roomId]);
  return rows.map(({ seq }) => seq);
}

export async function progressOf(test: TestDatabase, partition: number): Promise<Progress> {
  const [row] = await test.database.shard(0).query<Progress & Row>('SELECT * FROM partition_progress WHERE partition = $1', [partition]);
  return row!;
}
