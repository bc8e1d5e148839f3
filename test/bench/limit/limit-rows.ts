import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';

/** The tables that a post is written to, with the columns, keys and fill of our own. */
export const SCHEMA = `
  DROP TABLE IF EXISTS limit_events, limit_messages, limit_keys, limit_rooms, limit_marks;
  CREATE TABLE limit_events (partition int, position bigint, room_id uuid, seq bigint, epoch bigint, type text, actor_id uuid, payload jsonb, request_id uuid,
    created_at timestamptz, PRIMARY KEY (room_id, seq, created_at), UNIQUE (partition, position, created_at));
  CREATE TABLE limit_messages (room_id uuid, seq bigint, message_id uuid UNIQUE, posted_no bigint, author_id uuid, client_msg_id text, text text, created_at timestamptz,
    PRIMARY KEY (room_id, seq)) WITH (fillfactor = 90);
  CREATE TABLE limit_keys (room_id uuid, actor_id uuid, key text, digest text, request_id uuid, seq bigint, message_id uuid, created_at timestamptz,
    PRIMARY KEY (room_id, actor_id, key));
  CREATE TABLE limit_rooms (room_id uuid PRIMARY KEY, last_seq bigint, posted_count bigint, active_at timestamptz) WITH (fillfactor = 70);
  CREATE TABLE limit_marks (room_id uuid, user_id uuid, read_seq bigint, read_count bigint, PRIMARY KEY (room_id, user_id)) WITH (fillfactor = 70)`;

const COMMIT = `
  WITH events AS (INSERT INTO limit_events SELECT * FROM json_to_recordset($1) AS e(partition int, position bigint, room_id uuid, seq bigint, epoch bigint, type text,
      actor_id uuid, payload jsonb, request_id uuid, created_at timestamptz)),
    messages AS (INSERT INTO limit_messages SELECT * FROM json_to_recordset($2) AS m(room_id uuid, seq bigint, message_id uuid, posted_no bigint, author_id uuid,
      client_msg_id text, text text, created_at timestamptz)),
    keys AS (INSERT INTO limit_keys SELECT * FROM json_to_recordset($3) AS k(room_id uuid, actor_id uuid, key text, digest text, request_id uuid, seq bigint,
      message_id uuid, created_at timestamptz)),
    rooms AS (INSERT INTO limit_rooms SELECT * FROM json_to_recordset($4) AS r(room_id uuid, last_seq bigint, posted_count bigint, active_at timestamptz)
      ON CONFLICT (room_id) DO UPDATE SET last_seq = excluded.last_seq, posted_count = excluded.posted_count, active_at = excluded.active_at)
  INSERT INTO limit_marks SELECT * FROM json_to_recordset($5) AS w(room_id uuid, user_id uuid, read_seq bigint, read_count bigint)
    ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq, read_count = excluded.read_count`;

/** A post as it comes off a socket. */
export interface LimitPost {
  readonly roomId: string;
  readonly userId: string;
  readonly clientMsgId: string;
  readonly text: string;
}

/** What its members and its author get of a post, encoded. */
export interface LimitOutcome<Post extends LimitPost> {
  readonly post: Post;
  readonly event: string;
  readonly answer: string;
}

/** The last places given in one database; nothing is read back from it. */
export class LimitLog {
  private readonly seqs = new Map<string, number>();
  private position = 0;

  /** The parameters of the statement that stores a batch, and what to tell once it is stored. */
  prepare<Post extends LimitPost>(posts: readonly Post[]): { readonly parameters: readonly string[]; readonly outcomes: readonly LimitOutcome<Post>[] } {
    const at = new Date().toISOString();
    const [events, messages, keys]: [object[], object[], object[]] = [[], [], []];
    const rooms = new Map<string, object>();
    const marks = new Map<string, object>();
    const outcomes = posts.map((post) => {
      const { roomId, userId, clientMsgId, text } = post;
      const seq = (this.seqs.get(roomId) ?? 0) + 1;
      this.seqs.set(roomId, seq);
      const [messageId, requestId] = [randomUUID(), randomUUID()];
      const row = { room_id: roomId, seq, message_id: messageId, created_at: at };
      const payload = { messageId, clientMsgId, text, mentions: [] };
      events.push({
        partition: 0,
        position: ++this.position,
        room_id: roomId,
        seq,
        epoch: 1,
        type: 'message.posted',
        actor_id: userId,
        payload,
        request_id: requestId,
        created_at: at,
      });
      messages.push({ ...row, posted_no: seq, author_id: userId, client_msg_id: clientMsgId, text });
      keys.push({ ...row, actor_id: userId, key: clientMsgId, digest: requestId, request_id: requestId });
      rooms.set(roomId, { room_id: roomId, last_seq: seq, posted_count: seq, active_at: at });
      marks.set(`${roomId} ${userId}`, { room_id: roomId, user_id: userId, read_seq: seq, read_count: seq });
      const data = { messageId, roomId, seq, authorId: userId, clientMsgId, text, createdAt: at, reactions: [], attachments: [], mentions: [] };
      return {
        post,
        event: JSON.stringify({ roomId, epoch: 1, seq, type: 'message.posted', actorId: userId, at, data }),
        answer: `{"ok":true,"messageId":"${messageId}","seq":${String(seq)},"epoch":1,"committedAt":"${at}","duplicate":false}`,
      };
    });
    return { parameters: [events, messages, keys, [...rooms.values()], [...marks.values()]].map((rows) => JSON.stringify(rows)), outcomes };
  }
}

/** Group commit: one statement at a time, for all posts that came during the one before. */
export class LimitCommitter<Post extends LimitPost> {
  private readonly log = new LimitLog();
  private waiting: Post[] = [];
  private isCommitting = false;

  /** `onStored` is told of each batch once its commit is durable. A failure ends the process. */
  constructor(
    private readonly pool: Pool,
    private readonly onStored: (outcomes: readonly LimitOutcome<Post>[]) => void,
  ) {}

  add(post: Post): void {
    this.waiting.push(post);
    if (!this.isCommitting) void this.commit();
  }

  private async commit(): Promise<void> {
    this.isCommitting = true;
    while (this.waiting.length > 0) {
      const { parameters, outcomes } = this.log.prepare(this.waiting);
      this.waiting = [];
      await this.pool.query(COMMIT, [...parameters]);
      this.onStored(outcomes);
    }
    this.isCommitting = false;
  }
}

/** The events of a batch by room, each room's as the body of one frame. */
export function framesOf(outcomes: readonly LimitOutcome<LimitPost>[]): ReadonlyMap<string, string> {
  const events = new Map<string, string[]>();
  for (const { post, event } of outcomes) {
    const own = events.get(post.roomId);
    if (own === undefined) events.set(post.roomId, [event]);
    else own.push(event);
  }
  return new Map([...events].map(([roomId, own]) => [roomId, `42["events",[${own.join(',')}]]`]));
}
