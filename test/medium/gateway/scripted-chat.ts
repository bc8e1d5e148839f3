import { type Backplane } from '@agent-chat/backplane';
import { encodeEventGroups, type QueryAnswer, type RoomEvent } from '@agent-chat/contracts';
import { AppError, formatCursor, type GatewayId, newId, parseCursor, partitionOf, type RoomId, type UserId } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { groupEvents } from '../../../apps/gateway/src/domain/event-groups';

export const PARTITIONS = 4;
const AT = '2026-01-01T00:00:00.000Z';

export interface ScriptedRoom {
  readonly roomId: RoomId;
  isPublic: boolean;
  epoch: number;
  readonly log: RoomEvent[];
  readonly members: Set<UserId>;
  readonly banned: Set<UserId>;
}

/** The owner of every room, as a script: it keeps logs in memory, answers what gateways ask, and publishes, or loses what it publishes. */
export class ScriptedChat {
  readonly rooms = new Map<RoomId, ScriptedRoom>();
  readonly interest = new Map<number, Map<string, Set<RoomId>>>();
  readonly asked: string[] = [];
  readonly marks: { userId: UserId; seq: number; force: boolean }[] = [];
  readonly revs = new Map<UserId, number>();
  fence = 1;
  /** What it publishes reaches nobody. */
  isMute = false;
  hasOwner = true;
  /** Rooms whose database is away: lists say that something is missing. */
  readonly away = new Set<ScriptedRoom>();
  /** Holds back the answer to `rooms.open`, after the snapshot was taken. */
  openGate: Promise<void> = Promise.resolve();
  /** Holds back registrations of interest, before they count. */
  registerGate: Promise<void> = Promise.resolve();
  maxEvents = Number.MAX_SAFE_INTEGER;

  constructor(
    private readonly backplane: Backplane,
    queries: QueryBus,
  ) {
    this.answerRooms(queries);
    this.answerPeople(queries);
    this.answerOwner(queries);
  }

  room(members: readonly UserId[], isPublic = false): ScriptedRoom {
    const room: ScriptedRoom = { roomId: newId(), isPublic, epoch: 1, log: [], members: new Set(members), banned: new Set() };
    this.rooms.set(room.roomId, room);
    return room;
  }

  /** Commits events without telling anybody. */
  commit(room: ScriptedRoom, type: string, data: Record<string, unknown> = {}, actorId?: UserId): RoomEvent {
    const seq = room.log.length + 1;
    const event = { roomId: room.roomId, epoch: room.epoch, seq, type, actorId: actorId ?? [...room.members][0], at: AT, data } as RoomEvent;
    room.log.push(event);
    const userId = data['userId'] as UserId;
    if (type === 'member.left' || type === 'member.banned') room.members.delete(userId);
    if (type === 'member.banned') room.banned.add(userId);
    if (data['kind'] === 'private') room.isPublic = false;
    return event;
  }

  async publish(room: ScriptedRoom, events: readonly RoomEvent[]): Promise<void> {
    if (this.isMute) return;
    const gateways = [...(this.interest.get(partitionOf(room.roomId, PARTITIONS)) ?? [])]
      .filter(([, rooms]) => rooms.has(room.roomId))
      .map(([id]) => id as GatewayId);
    if (gateways.length > 0) await this.backplane.publish(gateways, 'events', encodeEventGroups(groupEvents(events)));
  }

  async post(room: ScriptedRoom, count = 1): Promise<void> {
    const events = Array.from({ length: count }, () => this.commit(room, 'message.posted', { text: `text ${room.log.length}` }));
    await this.publish(room, events);
  }

  async happen(room: ScriptedRoom, type: string, data: Record<string, unknown>, actorId?: UserId): Promise<void> {
    await this.publish(room, [this.commit(room, type, data, actorId)]);
  }

  private mayRead(room: ScriptedRoom, userId: UserId): boolean {
    return room.members.has(userId) || (room.isPublic && !room.banned.has(userId));
  }

  private after(room: ScriptedRoom, cursor: string, limit: number) {
    const { epoch, seq } = parseCursor(cursor)!;
    if (epoch !== room.epoch || seq > room.log.length) throw new AppError('RESYNC_REQUIRED');
    const events = room.log.slice(seq, seq + Math.min(limit, this.maxEvents));
    const to = seq + events.length;
    return { events, cursor: formatCursor({ epoch, seq: to }), more: to < room.log.length };
  }

  private find(roomId: RoomId): ScriptedRoom {
    const room = this.rooms.get(roomId);
    if (room === undefined) throw new AppError('ROOM_NOT_FOUND');
    return room;
  }

  private open(userId: UserId, roomId: RoomId, cursor: string | undefined): QueryAnswer<'rooms.open'>['rooms'][number] {
    try {
      const room = this.find(roomId);
      if (!this.mayRead(room, userId)) throw new AppError('ROOM_NOT_FOUND');
      const head = room.log.length;
      const page = this.after(room, cursor ?? formatCursor({ epoch: room.epoch, seq: head }), 500);
      return { ok: true, roomId, head, epoch: room.epoch, fence: this.fence, owner: 'chat', member: room.members.has(userId), ...page };
    } catch (error) {
      return { ok: false, roomId, error: AppError.from(error).toBody() };
    }
  }

  private answerRooms(queries: QueryBus): void {
    queries.answer('rooms.open', async ({ userId, rooms }) => {
      this.asked.push('rooms.open');
      const answer = { rooms: rooms.map(({ roomId, cursor }) => this.open(userId as UserId, roomId as RoomId, cursor)) };
      await this.openGate;
      return answer;
    });
    queries.answer('room.events', async ({ roomId, after, limit }) => this.after(this.find(roomId as RoomId), after, limit));
    queries.answer('rooms.tail', async ({ roomId, after, limit }) => {
      this.asked.push('rooms.tail');
      const room = this.find(roomId as RoomId);
      const { events, more } = this.after(room, after, limit);
      return { events, more, head: room.log.length };
    });
    queries.answer('room.readers', async ({ roomId, userIds }) => ({
      userIds: (userIds as UserId[]).filter((userId) => this.mayRead(this.find(roomId as RoomId), userId)),
    }));
    queries.answer('rooms.active', async ({ roomIds }) => ({ roomIds: (roomIds as RoomId[]).filter((roomId) => this.find(roomId).log.length > 0) }));
    queries.answer('rooms.heads', async ({ roomIds }) => ({
      rooms: roomIds.map((roomId) => this.find(roomId as RoomId)).map(({ roomId, epoch, log }) => ({ roomId, epoch, head: log.length })),
    }));
  }

  private answerPeople(queries: QueryBus): void {
    queries.answer('rooms.memberOf', async ({ userId }) => ({
      roomIds: [...this.rooms.values()].filter((room) => room.members.has(userId as UserId) && !this.away.has(room)).map(({ roomId }) => roomId),
      ...(this.away.size > 0 && { incomplete: true }),
    }));
    queries.answer('users.revs', async ({ userIds }) => ({ revs: (userIds as UserId[]).map((userId) => ({ userId, rev: this.revs.get(userId) ?? 0 })) }));
    queries.answer('heads.read', async ({ reads }) => ({
      heads: reads.map(({ userId, roomIds }) => ({
        userId: userId as UserId,
        heads: (roomIds as RoomId[]).map((roomId) => ({ roomId, head: this.find(roomId).log.length, readSeq: 0, unreadCount: 1, mentionCount: 0 })),
      })),
    }));
  }

  private answerOwner(queries: QueryBus): void {
    queries.answer('interest.register', async ({ gatewayId, partition, roomIds }) => {
      if (!this.hasOwner) throw new AppError('UNAVAILABLE');
      this.asked.push('interest.register');
      await this.registerGate;
      const gateways = this.interest.get(partition) ?? new Map<string, Set<RoomId>>();
      this.interest.set(partition, gateways);
      gateways.set(gatewayId, new Set([...(gateways.get(gatewayId) ?? []), ...(roomIds as RoomId[])]));
      return { fence: this.fence };
    });
    queries.answer('interest.drop', async () => ({}));
    queries.answer('read.mark', async ({ roomId, userId, seq, force }) => {
      this.marks.push({ userId: userId as UserId, seq, force });
      return { head: this.find(roomId as RoomId).log.length, readSeq: seq, unreadCount: 7, mentionCount: 0 };
    });
  }
}
