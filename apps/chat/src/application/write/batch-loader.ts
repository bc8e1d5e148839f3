import { type Command } from '@agent-chat/contracts';
import { type MessageId, type RoomId } from '@agent-chat/kernel';
import { referredMessage } from '../../domain';
import { type MessageState, type RoomState } from '../../domain/room-state';
import { type AggregateReader, type KeyName } from '../../infrastructure/write/aggregate-reader';
import { type KeyRow } from '../../infrastructure/write/batch-rows';
import { type CommandItem, keyName, type Share, storedKeyName } from './batch-decider';
import { type OwnedPartition } from './owned-partition';

/** After a commit that found a key stored, keys are read beforehand for so long: who sends one thing again sends others again. */
const CAREFUL_MS = 10_000;

/**
 * Reads into memory what a batch needs and its partitions don't hold: keys (P11), rooms, messages. A key that isn't in memory is taken for new, as
 * nearly every one is, unless its command may have been decided before; if it is not new, the commit says so.
 */
export class BatchLoader {
  private carefulUntilMs = -Infinity;

  constructor(private readonly reader: AggregateReader) {}

  async load(shares: readonly Share[]): Promise<void> {
    const needs = new Needs(performance.now() < this.carefulUntilMs);
    for (const { partition, items } of shares) {
      for (const item of items) if (item.kind === 'command') needs.add(partition, item);
    }
    const [keys, rooms, messages] = await Promise.all([
      this.reader.keys(needs.keys),
      this.reader.rooms(needs.rooms),
      this.reader.messages([...needs.messages.keys()]),
    ]);
    needs.hand(keys, rooms, messages);
  }

  /** The stored keys among those of commands that were taken for new, by name. */
  async storedKeys(commands: readonly Command[]): Promise<ReadonlyMap<string, KeyRow>> {
    const rows = await this.reader.keys(commands.map(keyOf));
    return new Map(rows.map((row) => [storedKeyName(row), row]));
  }

  /** A key that was taken for new is stored. False where every key had been read: then it is something else. */
  becomeCareful(): boolean {
    const nowMs = performance.now();
    const wasCareful = nowMs < this.carefulUntilMs;
    this.carefulUntilMs = nowMs + CAREFUL_MS;
    return !wasCareful;
  }
}

function keyOf({ roomId, actorId, key }: Command): KeyName {
  return { room_id: roomId, actor_id: actorId, key };
}

class Needs {
  readonly keys: KeyName[] = [];
  readonly rooms = new Map<RoomId, number>();
  readonly messages = new Map<MessageId, Set<RoomId>>();
  readonly partitions = new Map<RoomId, OwnedPartition>();

  constructor(private readonly everyKey: boolean) {}

  add(partition: OwnedPartition, { command, record }: CommandItem): void {
    const { roomId } = command;
    this.partitions.set(roomId, partition);
    if ((this.everyKey || partition.mayHaveDecided(record)) && !partition.keys.has(keyName(command))) this.keys.push(keyOf(command));
    const room = partition.rooms.get(roomId);
    if (room === undefined) this.rooms.set(roomId, partition.partition);
    const messageId = referredMessage(command);
    if (messageId === undefined || room?.messages.has(messageId) === true) return;
    const rooms = this.messages.get(messageId);
    if (rooms === undefined) this.messages.set(messageId, new Set([roomId]));
    else rooms.add(roomId);
  }

  /** Puts what was read where it is needed. */
  hand(keys: readonly KeyRow[], rooms: ReadonlyMap<RoomId, RoomState>, messages: readonly { roomId: RoomId; message: MessageState }[]): void {
    for (const [roomId, room] of rooms) this.partitions.get(roomId)?.rooms.set(roomId, room);
    for (const key of keys) this.partitions.get(key.room_id as RoomId)?.keys.set(storedKeyName(key), key);
    for (const { roomId, message } of messages) {
      // A message of another room than the command's isn't there for that command.
      if (this.messages.get(message.messageId)?.has(roomId) !== true) continue;
      this.partitions.get(roomId)?.rooms.get(roomId)?.messages.set(message.messageId, message);
    }
  }
}
