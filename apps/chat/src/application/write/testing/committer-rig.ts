import { COMMANDS_DEAD_LETTER_TOPIC, encodeCommand } from '@agent-chat/contracts';
import { type EventLog, type LogRecord, type StoredRecord } from '@agent-chat/event-log';
import { newId, type GatewayId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { deferred, type Deferred } from '@agent-chat/testing';
import { absentRoom } from '../../../domain/room-state';
import { type BatchRows } from '../../../infrastructure/write/batch-rows';
import { type ProgressRepository } from '../../../infrastructure/write/progress-repository';
import { BatchDecider, type Share } from '../batch-decider';
import { type BatchLoader } from '../batch-loader';
import { Committer, type Committed } from '../committer';
import { OwnedPartition } from '../owned-partition';
import { OwnerClock } from '../owner-clock';
import { PoisonHandler } from '../poison-handler';

/** A post into a room that nobody made. */
export function recordAt(partition: number, offset: number): StoredRecord {
  const call = { type: 'message.post' as const, roomId: newId<RoomId>(), actorId: newId<UserId>(), data: { messageId: newId<MessageId>(), text: 'x' } };
  const record = encodeCommand({ ...call, key: newId(), requestId: newId<RequestId>(), gatewayId: newId<GatewayId>() });
  return { ...record, partition, offset, appendedAtMs: offset };
}

/** A batch as the database got it: of each partition, from which offset to which. */
function spansOf(rows: BatchRows): string[] {
  return rows.progress.map((row) => `${row.partition}: ${row.previous_offset + 1}-${row.command_offset}`);
}

/** A committer between partitions and a database that does as told. Commands find no room, so each is a refusal: decided, and nothing to store. */
export function openCommitter() {
  const commits: string[][] = [];
  const database = { respond: (_rows: BatchRows): Promise<void> => Promise.resolve() };
  const progress = {
    commit: (rows: BatchRows) => {
      commits.push(spansOf(rows));
      return database.respond(rows);
    },
  } as unknown as ProgressRepository;
  const keys = { careful: true };
  const loader = {
    storedKeys: () => Promise.resolve(new Map()),
    becomeCareful: () => {
      const wasCareful = keys.careful;
      keys.careful = true;
      return !wasCareful;
    },
    load: (shares: readonly Share[]) => {
      for (const { partition, items } of shares) {
        for (const item of items) if (item.kind === 'command') partition.rooms.set(item.command.roomId, absentRoom(item.command.roomId, partition.partition));
      }
      return Promise.resolve();
    },
  } as unknown as BatchLoader;
  const deadLetters: LogRecord[] = [];
  const log = { accept: (): Promise<void> => Promise.resolve() };
  const eventLog = {
    append: async (topic: string, records: readonly LogRecord[]) => {
      if (topic !== COMMANDS_DEAD_LETTER_TOPIC) throw new Error(`Nothing is appended to ${topic} here`);
      await log.accept();
      deadLetters.push(...records);
      return [];
    },
  } as unknown as EventLog;
  const told: Committed[] = [];
  const hooks = { onCommitted: (): void => undefined };
  const uncertain: string[] = [];
  const listener = {
    committed: (committed: Committed): void => {
      told.push(committed);
      hooks.onCommitted();
    },
    ownershipUncertain: (partition: OwnedPartition, reason: string): void => {
      partition.state = 'taking';
      uncertain.push(`${partition.partition}: ${reason}`);
    },
  };
  const clock = new OwnerClock(
    () => 0,
    () => undefined,
  );
  const committer = new Committer({ progress, loader, decider: new BatchDecider(clock), poison: new PoisonHandler(eventLog, progress), listener });
  const offer = (partition: OwnedPartition, offsets: Iterable<number>): void => {
    for (const offset of offsets) partition.push({ record: recordAt(partition.partition, offset) });
    committer.notify(partition);
  };
  const answered = (): number => told.reduce((sum, { batch }) => sum + batch.replies.length, 0);
  return { committer, keys, database, commits, log, deadLetters, told, hooks, uncertain, offer, answered };
}

/** A partition that is owned, with nothing decided yet. */
export function activePartition(number: number): OwnedPartition {
  const partition = new OwnedPartition(number);
  partition.state = 'active';
  return partition;
}

/** The next commit hangs until it is settled. */
export function holdCommit(database: { respond: (rows: BatchRows) => Promise<void> }): { readonly left: Promise<void>; readonly outcome: Deferred<void> } {
  const [left, outcome] = [deferred(), deferred()];
  database.respond = () => {
    left.resolve();
    database.respond = () => Promise.resolve();
    return outcome.promise;
  };
  return { left: left.promise, outcome };
}
