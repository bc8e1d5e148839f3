import { type TestDatabase } from '@agent-chat/database/testing';
import { type RoomId } from '@agent-chat/kernel';
import { type SeenEvent } from '@agent-chat/testing';
import { eventsOf, type StoredEvent } from './stored-rooms';

interface Folded {
  posted: number;
  readonly members: Map<string, { role: string; muted: boolean }>;
  readonly bans: Set<string>;
  /** Who went while muted. */
  readonly leftMuted: Set<string>;
  readonly messages: Map<string, { seq: number; text: string | undefined; textSeq: number; isDeleted: boolean; changedSeq: number; carriers: number[] }>;
  readonly reactions: Set<string>;
}

type Apply = (room: Folded, event: StoredEvent) => void;

const carry: Apply = (room, { payload, seq }) => {
  const message = room.messages.get(payload.messageId)!;
  Object.assign(message, { text: payload.text, textSeq: seq, changedSeq: seq, isDeleted: false });
  message.carriers.push(seq);
};

const react =
  (change: (reactions: Set<string>, name: string) => void): Apply =>
  (room, { payload, actor_id: actorId, seq }) => {
    change(room.reactions, `${payload.messageId} ${payload.emoji} ${actorId}`);
    const count = [...room.reactions].filter((name) => name.startsWith(`${payload.messageId} ${payload.emoji} `)).length;
    expect(payload.count).toBe(count);
    room.messages.get(payload.messageId)!.changedSeq = seq;
  };

function go(room: Folded, userId: string): void {
  if (room.members.get(userId)?.muted === true) room.leftMuted.add(userId);
  room.members.delete(userId);
}

/** What each event means, told apart from the code that decides. */
const APPLY: Record<string, Apply> = {
  'message.posted': (room, event) => {
    room.posted += 1;
    room.messages.set(event.payload.messageId, { seq: event.seq, text: '', textSeq: 0, isDeleted: false, changedSeq: 0, carriers: [] });
    carry(room, event);
  },
  'message.edited': carry,
  'message.restored': carry,
  'message.deleted': (room, { payload, seq }) => Object.assign(room.messages.get(payload.messageId)!, { isDeleted: true, changedSeq: seq }),
  'reaction.added': react((reactions, name) => reactions.add(name)),
  'reaction.removed': react((reactions, name) => reactions.delete(name)),
  'member.joined': (room, { payload }) => {
    const muted = room.leftMuted.delete(payload.userId);
    expect(payload.muted).toBe(muted ? true : undefined);
    room.members.set(payload.userId, { role: payload.role, muted });
  },
  'member.left': (room, { payload }) => go(room, payload.userId),
  'member.updated': (room, { payload }) => {
    const { userId, ...changes } = payload;
    Object.assign(room.members.get(userId)!, changes);
  },
  'member.banned': (room, { payload }) => {
    go(room, payload.userId);
    room.bans.add(payload.userId);
  },
  'member.unbanned': (room, { payload }) => room.bans.delete(payload.userId),
};

function fold(events: readonly StoredEvent[]): Folded {
  const room: Folded = { posted: 0, members: new Map(), bans: new Set(), leftMuted: new Set(), messages: new Map(), reactions: new Set() };
  for (const event of events) APPLY[event.type]?.(room, event);
  return room;
}

/** What tells an event from every other in its room: a message's id, else its type and place. */
export function identityOf(type: string, seq: number, messageId: unknown): string {
  return type === 'message.posted' ? String(messageId) : `${type} ${seq}`;
}

/** A stored event as a reader should see it. */
export function seen({ room_id: roomId, epoch, seq, type, payload }: StoredEvent): SeenEvent {
  return { roomId, epoch, seq, identity: identityOf(type, seq, payload.messageId) };
}

/** The logs of these rooms, whose tables must be what the logs say. */
export async function soundLogs(test: TestDatabase, roomIds: readonly RoomId[]): Promise<{ all: StoredEvent[]; logs: Map<string, SeenEvent[]> }> {
  const all: StoredEvent[] = [];
  const logs = new Map<string, SeenEvent[]>();
  for (const roomId of roomIds) {
    await expectTablesToBeFolds(test, roomId);
    const events = await eventsOf(test, roomId);
    all.push(...events);
    logs.set(roomId, events.map(seen));
  }
  return { all, logs };
}

/** Every table of a room must be what its log says. */
async function expectTablesToBeFolds(test: TestDatabase, roomId: RoomId): Promise<void> {
  const read = <Row>(sql: string): Promise<Row[]> => test.database.shard(0).query(sql, [roomId]) as Promise<Row[]>;
  const events = await eventsOf(test, roomId);
  const folded = fold(events);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(await read('SELECT last_seq, posted_count, member_count FROM rooms WHERE room_id = $1')).toEqual([
    { last_seq: events.length, posted_count: folded.posted, member_count: folded.members.size },
  ]);
  expect(await read('SELECT user_id, role, muted FROM members WHERE room_id = $1 ORDER BY user_id')).toEqual(
    [...folded.members].sort(([one], [other]) => (one < other ? -1 : 1)).map(([userId, member]) => ({ user_id: userId, ...member })),
  );
  const bans = await read<{ user_id: string }>('SELECT user_id FROM bans WHERE room_id = $1');
  expect(new Set(bans.map((row) => row.user_id))).toEqual(folded.bans);
  const leftMuted = await read<{ user_id: string }>('SELECT user_id FROM left_muted WHERE room_id = $1');
  expect(new Set(leftMuted.map((row) => row.user_id))).toEqual(folded.leftMuted);
  const reactions = await read<{ name: string }>(`SELECT message_id || ' ' || emoji || ' ' || user_id AS name FROM message_reactions WHERE room_id = $1`);
  expect(new Set(reactions.map(({ name }) => name))).toEqual(folded.reactions);
  await expectMessages(test, roomId, events, folded);
  await expectReadCounts(test, roomId, events);
}

async function expectMessages(test: TestDatabase, roomId: RoomId, events: readonly StoredEvent[], folded: Folded): Promise<void> {
  const rows = await test.database
    .shard(0)
    .query<Record<string, never>>('SELECT *, deleted_at IS NOT NULL AS is_deleted FROM messages WHERE room_id = $1 ORDER BY seq', [roomId]);
  expect(rows.map((row) => row['message_id'])).toEqual([...folded.messages.keys()]);
  expect(rows.map((row) => row['posted_no'])).toEqual(rows.map((_, index) => index + 1));
  for (const row of rows) {
    const message = folded.messages.get(row['message_id']!)!;
    expect(row).toMatchObject({ seq: message.seq, text_seq: message.textSeq, is_deleted: message.isDeleted, changed_seq: message.changedSeq });
    if (!message.isDeleted) expect(row['text']).toBe(message.text);
    // P35: whatever carried the text of a deleted message holds it no more.
    else expect(message.carriers.map((seq) => events[seq - 1]!.payload).filter((payload) => 'text' in payload || payload.redacted !== true)).toEqual([]);
  }
}

/** P33: what a mark counts is what lies at or below it. */
async function expectReadCounts(test: TestDatabase, roomId: RoomId, events: readonly StoredEvent[]): Promise<void> {
  const marks = await test.database.shard(0).query<{ read_seq: number; read_count: number }>('SELECT * FROM read_watermarks WHERE room_id = $1', [roomId]);
  for (const { read_seq: readSeq, read_count: readCount } of marks) {
    expect(readCount).toBe(events.filter(({ type, seq }) => type === 'message.posted' && seq <= readSeq).length);
  }
}
