import { setTimeout as delay } from 'node:timers/promises';
import { type EphemeralItem, type PresenceStatus } from '@agent-chat/contracts';
import { Clock, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { requireWriter } from '../../domain/require-writer';
import { GatewayInbox } from '../gateway-inbox';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { RoomIndex } from './room-index';
import { Watchers } from './watchers';

const TTL_MS = 30_000;
/** Everything is repeated well within its time-to-live. */
const REPEAT_MS = 10_000;
const COALESCE_MS = 500;
/** How long a call waits for others that watch people too. */
const GATHER_MS = 100;
/** Who comes back this soon was never away: reconnects don't flap. */
const GRACE_MS = 10_000;
const QUERY_TIMEOUT_MS = 3_000;
const USERS_PER_REPORT = 5_000;
const CHANGES_PER_CALL = 5_000;

/** How somebody is shown. */
interface Shown {
  readonly status: PresenceStatus;
  readonly text?: string;
}

/** Somebody whose last connection has closed. */
interface Leaving {
  readonly atMs: number;
  /** As they are shown until then. */
  readonly shown: Shown;
}

/** Tells the presence service who is here and whom they watch, and passes on what it says. All of it may be lost. */
@Injectable()
export class PresenceLink implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(PresenceLink.name);
  private readonly changed = new Set<UserId>();
  private readonly leaving = new Map<UserId, Leaving>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly watchers = new Watchers();
  /** The next time that it is told, for who waits for that. */
  private telling: Promise<void> | undefined;
  /** What was told last, or is being told: in order, for what is open is not what is closed. */
  private told: Promise<void> = Promise.resolve();
  /** While the process drains, its clients are on their way to another one: nobody is reported gone. */
  private isLeaving = false;

  constructor(
    private readonly queries: QueryBus,
    private readonly inbox: GatewayInbox,
    private readonly connections: ConnectionRegistry,
    private readonly index: RoomIndex,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.connections.listen({
      arrived: (userId) => {
        this.leaving.delete(userId);
        this.changed.add(userId);
      },
      left: (userId, last) => this.leaving.set(userId, { atMs: this.clock.nowMs() + GRACE_MS, shown: shownBy([last]) }),
      disconnected: (connection) => this.watchers.forget(connection),
    });
    this.inbox.on('ephemeral', (message) => {
      for (const item of (JSON.parse(message) as { items: EphemeralItem[] }).items) this.pass(item);
    });
    this.timers.push(
      this.every(COALESCE_MS, () => this.reportChanges()),
      this.every(REPEAT_MS, () => this.repeat()),
    );
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** From now on nobody is reported gone. */
  leave(): void {
    this.isLeaving = true;
  }

  /** Reports people as here at once: from its answer on, notices for them are sent to this gateway. */
  async announce(userIds: readonly UserId[]): Promise<void> {
    for (const userId of userIds) this.changed.delete(userId);
    await this.report(userIds, []);
  }

  setStatus(connection: Connection, status: PresenceStatus, text: string | undefined): void {
    connection.status = status;
    connection.statusText = text;
    this.changed.add(connection.userId);
  }

  /** Watches people in place of those before, and answers how they are now. */
  async watch(connection: Connection, userIds: readonly UserId[]): Promise<void> {
    this.watchers.set(connection, userIds);
    if (userIds.length === 0) return;
    await this.tellSoon();
    const { presences } = await this.queries.ask('presence.get', { userIds: [...userIds] }, { timeoutMs: QUERY_TIMEOUT_MS });
    connection.sendEphemeral(presences.map((presence) => ({ type: 'presence' as const, ...presence })));
  }

  /** Tells those here who watch somebody of something new about them. */
  tell(item: Exclude<EphemeralItem, { type: 'typing' }>): void {
    for (const connection of this.watchers.of(item.userId)) connection.sendEphemeral([item]);
  }

  /** Rejects as a post in the room would. */
  async requireTypist(userId: UserId, roomId: RoomId): Promise<void> {
    const { room } = await this.queries.ask('room.get', { roomId, userId }, { timeoutMs: QUERY_TIMEOUT_MS });
    requireWriter(room);
  }

  async type(userId: UserId, roomId: RoomId, typing: boolean): Promise<void> {
    await this.queries.ask('typing.set', { roomId, userId, typing }, { timeoutMs: QUERY_TIMEOUT_MS });
  }

  private pass(item: EphemeralItem): void {
    if (item.type === 'typing') this.index.sendEphemeral(item);
    else this.tell(item);
  }

  private async reportChanges(): Promise<void> {
    const present = [...this.changed].filter((userId) => this.connections.of(userId).length > 0);
    this.changed.clear();
    const now = this.clock.nowMs();
    const gone = this.isLeaving ? [] : this.takeGone(now);
    if (present.length > 0 || gone.length > 0) await this.report(present, gone);
    await this.tellWatched();
  }

  /** In the order in which they left: whoever is not gone yet ends the look. */
  private takeGone(nowMs: number): UserId[] {
    const gone: UserId[] = [];
    for (const [userId, { atMs }] of this.leaving) {
      if (atMs > nowMs) break;
      this.leaving.delete(userId);
      gone.push(userId);
    }
    return gone;
  }

  private async repeat(): Promise<void> {
    for (const userId of this.watchers.watched()) this.watchers.openings.open(userId);
    for (const roomId of this.index.ids()) this.index.openings.open(roomId);
    const userIds = [...new Set([...this.connections.userIds(), ...this.leaving.keys()])];
    for (let from = 0; from < userIds.length; from += USERS_PER_REPORT) await this.report(userIds.slice(from, from + USERS_PER_REPORT), []);
  }

  private async report(present: readonly UserId[], gone: UserId[]): Promise<void> {
    const { gatewayId } = this.inbox;
    await this.queries.ask(
      'presence.report',
      { gatewayId, ttlMs: TTL_MS, present: present.map((userId) => this.statusOf(userId)), gone },
      { timeoutMs: QUERY_TIMEOUT_MS },
    );
  }

  private statusOf(userId: UserId): Shown & { readonly userId: UserId } {
    const own = this.connections.of(userId);
    return { userId, ...(own.length > 0 ? shownBy(own) : (this.leaving.get(userId)?.shown ?? shownBy(own))) };
  }

  /** With everybody who calls meanwhile: one call for all of them. */
  private async tellSoon(): Promise<void> {
    this.telling ??= delay(GATHER_MS).then(() => {
      this.telling = undefined;
      return this.tellWatched();
    });
    return this.telling;
  }

  private tellWatched(): Promise<void> {
    this.told = this.told.catch(() => undefined).then(() => this.tellChanges());
    return this.told;
  }

  /** What was opened and closed since the last time. What is closed and could not be told lapses. */
  private async tellChanges(): Promise<void> {
    const [users, rooms] = [this.watchers.openings, this.index.openings];
    while (!users.isEmpty || !rooms.isEmpty) {
      const [people, places] = [users.take(CHANGES_PER_CALL), rooms.take(CHANGES_PER_CALL)];
      const open = { userIds: people.opened, roomIds: places.opened };
      const closed = { userIds: people.closed, roomIds: places.closed };
      try {
        await this.queries.ask('presence.watch', { gatewayId: this.inbox.gatewayId, ttlMs: TTL_MS, open, closed }, { timeoutMs: QUERY_TIMEOUT_MS });
      } catch (error) {
        users.putBack(people.opened);
        rooms.putBack(places.opened);
        throw error;
      }
    }
  }

  private every(intervalMs: number, task: () => Promise<void>): NodeJS.Timeout {
    let isRunning = false;
    return setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      task()
        .catch((error: unknown) => this.logger.debug({ err: error }, 'Presence is away'))
        .finally(() => {
          isRunning = false;
        });
    }, intervalMs).unref();
  }
}

/** Online on one device is online; the text is one of a device that is as shown. */
function shownBy(connections: readonly Connection[]): Shown {
  const status = connections.length === 0 || connections.some((connection) => connection.status === 'online') ? 'online' : 'away';
  const text = connections.find((connection) => connection.status === status && connection.statusText !== undefined)?.statusText;
  return { status, ...(text === undefined ? {} : { text }) };
}
