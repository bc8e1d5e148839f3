import { type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ConnectionRegistry } from './connection-registry';
import { InterestRegistry } from './interest-registry';

const QUERY_TIMEOUT_MS = 10_000;
const NONE: ReadonlySet<UserId> = new Set();

/** Which rooms the people connected here are members of: their badges follow these rooms' events. A hint, never a right. */
@Injectable()
export class Memberships implements OnModuleInit {
  private readonly logger = new Logger(Memberships.name);
  private readonly roomsOf = new Map<UserId, Set<RoomId>>();
  private readonly peopleIn = new Map<RoomId, Set<UserId>>();
  /** People whose rooms could not be read: without another look they would go without badges as long as they stay. */
  private readonly failed = new Set<UserId>();

  constructor(
    private readonly queries: QueryBus,
    private readonly interest: InterestRegistry,
    private readonly connections: ConnectionRegistry,
  ) {}

  onModuleInit(): void {
    this.connections.listen({ arrived: (userId) => this.reload(userId), left: (userId) => this.forget(userId) });
  }

  peopleOf(roomId: RoomId): ReadonlySet<UserId> {
    return this.peopleIn.get(roomId) ?? NONE;
  }

  /** Reads a person's rooms again. */
  reload(userId: UserId): void {
    this.load(userId).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'The rooms of a person could not be read');
      if (this.roomsOf.has(userId)) this.failed.add(userId);
    });
  }

  /** Tries again what failed since the last time. */
  reloadFailed(): void {
    const userIds = [...this.failed];
    this.failed.clear();
    for (const userId of userIds) this.reload(userId);
  }

  /** Resolves when what happens in the room comes here, or nobody can be told that it should. */
  async add(userId: UserId, roomId: RoomId): Promise<void> {
    const rooms = this.roomsOf.get(userId);
    if (rooms === undefined || rooms.has(roomId)) return;
    rooms.add(roomId);
    const people = this.peopleIn.get(roomId) ?? new Set();
    people.add(userId);
    this.peopleIn.set(roomId, people);
    if (people.size > 1) return;
    this.interest.acquire(roomId);
    await this.interest.ensure([roomId]);
  }

  remove(userId: UserId, roomId: RoomId): void {
    if (this.roomsOf.get(userId)?.delete(roomId) === true) this.removePerson(userId, roomId);
  }

  private async load(userId: UserId): Promise<void> {
    const known = this.roomsOf.get(userId) ?? new Set();
    this.roomsOf.set(userId, known);
    const before = [...known];
    const { roomIds, incomplete } = await this.queries.ask('rooms.memberOf', { userId }, { timeoutMs: QUERY_TIMEOUT_MS });
    // Gone while we asked.
    if (this.roomsOf.get(userId) !== known) return;
    for (const roomId of roomIds) void this.add(userId, roomId);
    if (incomplete) {
      this.failed.add(userId);
      return;
    }
    const now = new Set(roomIds);
    // What they joined while we asked may not be in the answer yet.
    for (const roomId of before) if (!now.has(roomId)) this.remove(userId, roomId);
  }

  private forget(userId: UserId): void {
    const rooms = this.roomsOf.get(userId);
    this.roomsOf.delete(userId);
    this.failed.delete(userId);
    for (const roomId of rooms ?? []) this.removePerson(userId, roomId);
  }

  private removePerson(userId: UserId, roomId: RoomId): void {
    const people = this.peopleIn.get(roomId);
    people?.delete(userId);
    if (people?.size !== 0) return;
    this.peopleIn.delete(roomId);
    this.interest.release(roomId);
  }
}
