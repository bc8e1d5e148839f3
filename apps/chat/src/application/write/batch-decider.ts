import { commandDigest, decodeCommand, readOrigin, type Command, type CommandAnswer, type CommandOrigin, type CommandResult } from '@agent-chat/contracts';
import { type StoredRecord } from '@agent-chat/event-log';
import { AppError, type GatewayId } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { decide, type Decision } from '../../domain';
import { RoomChange } from '../../domain/room-change';
import { BatchRows, type KeyRow } from '../../infrastructure/write/batch-rows';
import { touch, type MarkRequest, type OwnedPartition, type Work } from './owned-partition';
import { type OwnerClock } from './owner-clock';

/** A partition's share of a batch, decoded. */
export interface Share {
  readonly partition: OwnedPartition;
  readonly items: Item[];
}

/** One work of a batch: a command, a record that is none, or a read mark. */
export type Item = { readonly work: Work } & (
  | { readonly kind: 'command'; readonly record: StoredRecord; readonly command: Command }
  | { readonly kind: 'broken'; readonly record: StoredRecord; readonly origin: CommandOrigin | undefined; readonly error: AppError }
  | { readonly kind: 'mark'; readonly mark: MarkRequest }
);

export type CommandItem = Extract<Item, { kind: 'command' }>;

/** An answer and the gateway that waits for it. */
export interface Reply {
  readonly partition: OwnedPartition;
  readonly gatewayId: GatewayId;
  readonly answer: CommandAnswer;
  /** What it answers, if that was refused under a key that was taken for new (P11). */
  readonly refused?: Command;
}

/** A decided batch: what to commit, and whom to answer then (P8). */
export interface DecidedBatch {
  readonly rows: BatchRows;
  replies: Reply[];
}

/** Reads a work as far as it can be read without any state. */
export function decodeWork(work: Work): Item {
  if ('mark' in work) return { work, kind: 'mark', mark: work.mark };
  const { record } = work;
  const origin = readOrigin(record);
  if (origin === undefined) return { work, kind: 'broken', record, origin, error: new AppError('MALFORMED_REQUEST', { detail: 'The command has no sender' }) };
  try {
    return { work, kind: 'command', record, command: decodeCommand(record, origin) };
  } catch (error) {
    return { work, kind: 'broken', record, origin, error: AppError.from(error) };
  }
}

/** The name of a key in memory. */
export function keyName(of: { roomId: string; actorId: string; key: string }): string {
  return `${of.roomId}:${of.actorId}:${of.key}`;
}

/** The same of a stored key. */
export function storedKeyName({ room_id, actor_id, key }: Pick<KeyRow, 'room_id' | 'actor_id' | 'key'>): string {
  return keyName({ roomId: room_id, actorId: actor_id, key });
}

/** Decides a loaded batch in log order, changing the aggregates and the partitions' progress in memory. */
export class BatchDecider {
  private readonly logger = new Logger(BatchDecider.name);

  constructor(private readonly clock: OwnerClock) {}

  decide(shares: readonly Share[]): DecidedBatch {
    const batch: DecidedBatch = { rows: new BatchRows(), replies: [] };
    for (const share of shares) this.decideShare(share, batch);
    return batch;
  }

  private decideShare({ partition, items }: Share, batch: DecidedBatch): void {
    const previousOffset = partition.commandOffset;
    partition.lastAtMs = this.clock.next(partition.lastAtMs);
    const at = new Date(partition.lastAtMs).toISOString();
    for (const item of items) this.decideItem(partition, item, at, batch);
    batch.rows.progress.push({
      partition: partition.partition,
      fence: partition.fence,
      previous_offset: previousOffset,
      command_offset: partition.commandOffset,
      command_request_id: partition.commandRequestId,
      command_appended_ms: partition.commandAppendedMs,
      position: partition.position,
      published_position: partition.publishedPosition,
      last_at: at,
    });
  }

  private decideItem(partition: OwnedPartition, item: Item, at: string, batch: DecidedBatch): void {
    if (item.kind === 'mark') {
      const { roomId, userId, seq, force } = item.mark;
      batch.rows.markRead(roomId, userId, seq, force);
      return;
    }
    const isDecided = item.record.offset <= partition.commandOffset;
    if (!isDecided) partition.pass(item.record, item.kind === 'command' ? item.command : item.origin);
    if (item.kind === 'command') {
      const { command } = item;
      const answer = this.answer(partition, item, at, batch.rows, isDecided);
      if (answer === undefined) return;
      const isRefused = !answer.ok && !partition.keys.has(keyName(command));
      batch.replies.push({ partition, gatewayId: command.gatewayId, answer, ...(isRefused ? { refused: command } : {}) });
    } else if (item.origin !== undefined && !isDecided) {
      batch.replies.push({ partition, gatewayId: item.origin.gatewayId, answer: refusal(item.origin.requestId, item.error) });
    }
  }

  /** The answer to a command; none to one that was decided before and left nothing behind (P12, P13). */
  private answer(partition: OwnedPartition, { command, record }: CommandItem, at: string, rows: BatchRows, isDecided: boolean): CommandAnswer | undefined {
    const { requestId } = command;
    const stored = partition.keys.get(keyName(command));
    try {
      if (stored !== undefined) return { requestId, ok: true, result: storedResult(stored, command) };
      if (isDecided || this.isSkipped(partition, record)) return undefined;
      return { requestId, ok: true, result: this.apply(partition, command, at, rows) };
    } catch (error) {
      // Only refusals of the catalogue: anything else is a fault of ours, and this command must not pass as decided.
      if (!(error instanceof AppError)) throw error;
      return refusal(requestId, error);
    }
  }

  /** P13: a command that an earlier log had was decided there; without a key it was a refusal. */
  private isSkipped({ partition, skip }: OwnedPartition, { offset, appendedAtMs }: StoredRecord): boolean {
    const isSkipped = offset < skip.belowOffset && appendedAtMs < skip.beforeMs;
    if (isSkipped) this.logger.warn({ partition, offset }, 'A command that an earlier log held is skipped');
    return isSkipped;
  }

  private apply(partition: OwnedPartition, command: Command, at: string, rows: BatchRows): CommandResult {
    const room = partition.rooms.get(command.roomId);
    if (room === undefined) throw new Error(`room ${command.roomId} was not loaded`);
    touch(partition.rooms, room.roomId, room);
    rows.begin({ partition: partition.partition, epoch: partition.epoch, requestId: command.requestId, nextPosition: () => (partition.position += 1) });
    const decision = decide(new RoomChange(room, command.actorId, at, rows), command);
    const key = keyRow(command, decision, { seq: room.lastSeq, epoch: partition.epoch, at });
    rows.keys.push(key);
    partition.keys.set(keyName(command), key);
    return resultOf(key, false);
  }
}

function keyRow(command: Command, decision: Decision, { seq, epoch, at }: { seq: number; epoch: number; at: string }): KeyRow {
  return {
    room_id: command.roomId,
    actor_id: command.actorId,
    key: command.key,
    digest: commandDigest(command),
    request_id: command.requestId,
    seq,
    epoch,
    changed: decision.changed,
    message_id: decision.messageId ?? null,
    created_at: at,
  };
}

/** The same replies, but for refusals of what had been done before under the same key: that is what they answer (P11). */
export function withStoredAnswers(replies: readonly Reply[], stored: ReadonlyMap<string, KeyRow>): Reply[] {
  return replies.map((reply) => {
    const { refused } = reply;
    const key = refused === undefined ? undefined : stored.get(keyName(refused));
    if (refused === undefined || key === undefined) return reply;
    return { ...reply, answer: answerOf(key, refused) };
  });
}

function answerOf(key: KeyRow, command: Command): CommandAnswer {
  const { requestId } = command;
  try {
    return { requestId, ok: true, result: storedResult(key, command) };
  } catch (error) {
    return refusal(requestId, AppError.from(error));
  }
}

/** What a stored key answers, or IDEMPOTENCY_CONFLICT for other content under it. */
export function storedResult(stored: KeyRow, command: Command): CommandResult {
  if (stored.digest !== commandDigest(command)) throw new AppError('IDEMPOTENCY_CONFLICT');
  return resultOf(stored, stored.request_id !== command.requestId);
}

/** The answer that a key stands for; `duplicate` when another call stored it (P2). */
export function resultOf(key: KeyRow, duplicate: boolean): CommandResult {
  return {
    seq: key.seq,
    epoch: key.epoch,
    committedAt: key.created_at,
    duplicate,
    changed: key.changed,
    ...(key.message_id === null ? {} : { messageId: key.message_id }),
  };
}

function refusal(requestId: string, error: AppError): CommandAnswer {
  return { requestId, ok: false, error: error.toBody() };
}
