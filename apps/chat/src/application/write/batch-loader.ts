import { type AttachmentId, type MessageId, type RoomId } from '@agent-chat/kernel';
import { referredAttachments, referredMessage } from '../../domain';
import { type MessageState, type RoomState } from '../../domain/room-state';
import { type AggregateReader, type KeyName } from '../../infrastructure/write/aggregate-reader';
import { type KeyRow } from '../../infrastructure/write/batch-rows';
import { keyName, type Share, storedKeyName } from './batch-decider';
import { type OwnedPartition } from './owned-partition';

/** Reads into memory what a batch needs and its partitions don't hold: keys (P11), rooms, messages, and which files are in use. */
export class BatchLoader {
  constructor(private readonly reader: AggregateReader) {}

  async load(shares: readonly Share[]): Promise<void> {
    const needs = new Needs();
    for (const { partition, items } of shares) {
      for (const item of items) {
        if (item.kind !== 'command') continue;
        needs.add(partition, item.command.roomId, item.command, referredMessage(item.command));
        needs.attachments.push(...referredAttachments(item.command));
      }
    }
    const [keys, rooms, messages, used] = await Promise.all([
      this.reader.keys(needs.keys),
      this.reader.rooms(needs.rooms),
      this.reader.messages([...needs.messages.keys()]),
      this.reader.usedAttachments(needs.attachments),
    ]);
    needs.hand(keys, rooms, messages);
    needs.handAttachments(used);
  }
}

class Needs {
  readonly keys: KeyName[] = [];
  readonly rooms = new Map<RoomId, number>();
  readonly messages = new Map<MessageId, Set<RoomId>>();
  readonly attachments: AttachmentId[] = [];
  readonly partitions = new Map<RoomId, OwnedPartition>();

  add(partition: OwnedPartition, roomId: RoomId, command: { roomId: RoomId; actorId: string; key: string }, messageId: MessageId | undefined): void {
    this.partitions.set(roomId, partition);
    if (!partition.keys.has(keyName(command))) this.keys.push({ room_id: roomId, actor_id: command.actorId, key: command.key });
    const room = partition.rooms.get(roomId);
    if (room === undefined) this.rooms.set(roomId, partition.partition);
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

  /** A file belongs to one room: where another names it, the table refuses it (P16). */
  handAttachments(used: readonly { roomId: RoomId; attachmentId: AttachmentId }[]): void {
    for (const { roomId, attachmentId } of used) this.partitions.get(roomId)?.rooms.get(roomId)?.usedAttachments.add(attachmentId);
  }
}
