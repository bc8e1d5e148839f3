import { type RoomKind, type RoomRole } from '@agent-chat/contracts';
import { type Database, type PhysicalDatabase } from '@agent-chat/database';
import { type AttachmentId, newId, partitionOf, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';

const EVERYONE = '00000000-0000-0000-0000-000000000000';
const START_MS = Date.UTC(2026, 0, 1);

export interface SeededRoomOptions {
  readonly kind?: RoomKind;
  readonly name?: string;
  readonly roomId?: RoomId;
  /** When the room was made; each event comes a second after the one before. */
  readonly startMs?: number;
}

/** A room written straight into the tables as the owner would commit it, for tests that read. */
export class SeededRoom {
  readonly roomId: RoomId;
  readonly partition: number;
  readonly owner = newId<UserId>();
  head = 0;
  posted = 0;
  private readonly startMs: number;

  private constructor(
    readonly shard: PhysicalDatabase,
    roomId: RoomId,
    partitionCount: number,
    { startMs = START_MS }: SeededRoomOptions,
  ) {
    this.roomId = roomId;
    this.partition = partitionOf(roomId, partitionCount);
    this.startMs = startMs;
  }

  /** A room with its owner in it: seq 1 is `room.created`, seq 2 the owner's `member.joined`. */
  static async create(database: Database, options: SeededRoomOptions = {}): Promise<SeededRoom> {
    const roomId = options.roomId ?? newId<RoomId>();
    const room = new SeededRoom(database.shard(partitionOf(roomId, database.partitionCount)), roomId, database.partitionCount, options);
    const { kind = 'public', name = 'general' } = options;
    await room.shard.query(
      'INSERT INTO partition_progress (partition, fence, owner) VALUES ($1, 3, $2) ON CONFLICT (partition) DO UPDATE SET fence = 3, owner = $2',
      [room.partition, 'chat-1'],
    );
    await room.shard.query(
      'INSERT INTO rooms (room_id, partition, kind, name, topic, last_seq, created_at, updated_at, active_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $6, $6)',
      [roomId, room.partition, kind, name, 'talk', room.nextAt()],
    );
    await room.event('room.created', room.owner, { kind, name, topic: 'talk' });
    await room.join(room.owner, 'owner');
    return room;
  }

  async join(userId: UserId = newId<UserId>(), role: RoomRole = 'member'): Promise<UserId> {
    await this.shard.query('INSERT INTO members (room_id, user_id, role, joined_at) VALUES ($1, $2, $3, $4)', [this.roomId, userId, role, this.nextAt()]);
    await this.shard.query('UPDATE rooms SET member_count = member_count + 1 WHERE room_id = $1', [this.roomId]);
    await this.event('member.joined', userId, { userId, role });
    return userId;
  }

  async leave(userId: UserId): Promise<void> {
    await this.shard.query('DELETE FROM members WHERE room_id = $1 AND user_id = $2', [this.roomId, userId]);
    await this.event('member.left', userId, { userId });
  }

  async ban(userId: UserId, reason?: string): Promise<void> {
    await this.shard.query('DELETE FROM members WHERE room_id = $1 AND user_id = $2', [this.roomId, userId]);
    await this.shard.query('INSERT INTO bans (room_id, user_id, banned_by, banned_at, reason) VALUES ($1, $2, $3, $4, $5)', [
      this.roomId,
      userId,
      this.owner,
      this.nextAt(),
      reason,
    ]);
    await this.event('member.banned', this.owner, { userId, ...(reason === undefined ? {} : { reason }) });
  }

  async invite(userId: UserId): Promise<void> {
    await this.shard.query('INSERT INTO invites (room_id, user_id, invited_by, invited_at) VALUES ($1, $2, $3, $4)', [
      this.roomId,
      userId,
      this.owner,
      this.nextAt(),
    ]);
    await this.event('member.invited', this.owner, { userId });
  }

  async post(
    author: UserId,
    text: string,
    { mentions = [], replyTo, files = [] }: { mentions?: readonly string[]; replyTo?: MessageId; files?: readonly string[] } = {},
  ): Promise<SeededMessage> {
    const messageId = newId<MessageId>();
    const clientMsgId = messageId.slice(0, 13);
    const seq = this.head + 1;
    const at = this.nextAt();
    this.posted += 1;
    await this.shard.query(
      `INSERT INTO messages (room_id, seq, message_id, posted_no, author_id, client_msg_id, text, text_seq, mentions, reply_to, created_at, changed_seq)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $2, $8, $9, $10, $2)`,
      [this.roomId, seq, messageId, this.posted, author, clientMsgId, text, mentions, replyTo, at],
    );
    for (const mention of mentions) {
      await this.shard.query('INSERT INTO room_mentions (room_id, user_id, seq) VALUES ($1, $2, $3)', [
        this.roomId,
        mention === 'room' ? EVERYONE : mention,
        seq,
      ]);
    }
    await this.shard.query('UPDATE rooms SET posted_count = $2 WHERE room_id = $1', [this.roomId, this.posted]);
    const attachments = files.map((name) => ({ attachmentId: newId<AttachmentId>(), name, type: 'text/plain', sizeBytes: 3 }));
    for (const [place, { attachmentId, name, type, sizeBytes }] of attachments.entries()) {
      await this.shard.query(
        'INSERT INTO message_attachments (attachment_id, room_id, message_id, place, name, type, size_bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)',
        [attachmentId, this.roomId, messageId, place, name, type, sizeBytes],
      );
    }
    const said = { messageId, clientMsgId, text, mentions, ...(replyTo === undefined ? {} : { replyTo }), ...(files.length === 0 ? {} : { attachments }) };
    await this.event('message.posted', author, said);
    await this.read(author, seq);
    return { messageId, seq, text, at };
  }

  async edit({ messageId, text: earlier, seq: postedSeq }: SeededMessage, by: UserId, text: string): Promise<void> {
    const at = this.nextAt();
    await this.shard.query('INSERT INTO message_revisions (room_id, message_id, seq, text, edited_by, at) VALUES ($1, $2, $3, $4, $5, $6)', [
      this.roomId,
      messageId,
      postedSeq,
      earlier,
      by,
      at,
    ]);
    await this.shard.query('UPDATE messages SET text = $2, edited_at = $3, text_seq = $4, changed_seq = $4 WHERE message_id = $1', [
      messageId,
      text,
      at,
      this.head + 1,
    ]);
    await this.event('message.edited', by, { messageId, text, mentions: [], editedAt: at });
  }

  async delete({ messageId, seq }: SeededMessage, by: UserId): Promise<void> {
    const at = this.nextAt();
    await this.shard.query('UPDATE messages SET deleted_at = $2, changed_seq = $3 WHERE message_id = $1', [messageId, at, this.head + 1]);
    await this.shard.query("UPDATE message_attachments SET erased = true, name = '' WHERE message_id = $1", [messageId]);
    await this.shard.query(
      `UPDATE room_events SET payload = (payload - 'text' - 'attachments') || '{"redacted": true, "mentions": []}' WHERE room_id = $1 AND seq = $2`,
      [this.roomId, seq],
    );
    await this.event('message.deleted', by, { messageId, deletedAt: at });
  }

  async react({ messageId }: SeededMessage, userId: UserId, emoji: string): Promise<void> {
    await this.shard.query('INSERT INTO message_reactions (room_id, message_id, emoji, user_id, seq) VALUES ($1, $2, $3, $4, $5)', [
      this.roomId,
      messageId,
      emoji,
      userId,
      this.head + 1,
    ]);
    await this.event('reaction.added', userId, { messageId, emoji, count: 1 });
  }

  /** Moves a read mark, as the owner does. */
  async read(userId: UserId, seq: number): Promise<void> {
    await this.shard.query(
      `INSERT INTO read_watermarks (room_id, user_id, read_seq, read_count)
       VALUES ($1, $2, $3, coalesce((SELECT posted_no FROM messages WHERE room_id = $1 AND seq <= $3 ORDER BY seq DESC LIMIT 1), 0))
       ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq, read_count = excluded.read_count`,
      [this.roomId, userId, seq],
    );
  }

  /** Appends to the log; answers the event's position in its partition. */
  async event(type: string, actorId: UserId, payload: object): Promise<number> {
    const at = this.nextAt();
    this.head += 1;
    const [row] = await this.shard.query<{ position: number; epoch: number }>(
      'UPDATE partition_progress SET position = position + 1, last_at = $2 WHERE partition = $1 RETURNING position, epoch',
      [this.partition, at],
    );
    const { position, epoch } = row!;
    await this.shard.query(
      `INSERT INTO room_events (partition, position, room_id, seq, epoch, type, actor_id, payload, request_id, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [this.partition, position, this.roomId, this.head, epoch, type, actorId, payload, newId(), at],
    );
    await this.shard.query('UPDATE rooms SET last_seq = $2, active_at = $3, updated_at = $3 WHERE room_id = $1', [this.roomId, this.head, at]);
    return position;
  }

  /** The time of the next event. */
  private nextAt(): string {
    return new Date(this.startMs + (this.head + 1) * 1_000).toISOString();
  }
}

export interface SeededMessage {
  readonly messageId: MessageId;
  readonly seq: number;
  readonly text: string;
  readonly at: string;
}
