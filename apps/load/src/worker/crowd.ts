import { inTurns } from '@agent-chat/load';
import { type Share } from '../run/share';
import { sharedNowMs } from '../run/shared-clock';
import { Connection, type ConnectionHost } from './connection';
import { type Conversation } from './poster';
import { type Renewals } from './renewals';
import { Stream } from './stream';

/** No more of them than this are being opened at a time. */
const OPENING_WIDTH = 64;

/** A process's people with their connections. */
export class Crowd {
  readonly connections: readonly Connection[];
  readonly conversations: readonly Conversation[];
  /** What waits for a connection to be live, until it is given up. */
  private readonly waiting = new Set<() => void>();
  private isGivenUp = false;

  constructor(
    private readonly share: Share,
    renewals: Renewals,
    host: ConnectionHost,
  ) {
    const { people, connections, sources } = share;
    this.connections = Array.from({ length: connections }, (_, index) => {
      const person = index % people.length;
      const streams = (share.roomsOf[person] ?? []).map((room) => new Stream(share.rooms[room]?.roomId ?? '', room));
      const localAddress = sources.length === 0 ? undefined : sources[index % sources.length];
      return new Connection(person, this.urlOf(index), streams, () => ({ token: renewals.token(person), localAddress }), host);
    });
    this.conversations = this.connections.slice(0, people.length).flatMap((connection) =>
      [...connection.streams.values()].map(({ roomId, room }) => ({
        ...{ connection, roomId, room, isBusy: false, dueMs: 0, queue: [], seq: 0, messageId: '', number: 0, ackMs: 0 },
      })),
    );
  }

  get live(): number {
    return this.connections.reduce((count, { isLive }) => count + (isLive ? 1 : 0), 0);
  }

  connectionsOf(person: number): Connection[] {
    const { length } = this.share.people;
    return this.connections.filter((_, index) => index % length === person);
  }

  /** One after the other at the bounded rate; resolves when all are live, or when it is given up. */
  async open(): Promise<void> {
    const startMs = sharedNowMs();
    await inTurns(this.connections.length, OPENING_WIDTH, async (index) => {
      const dueMs = startMs + (index * 1_000) / this.share.openingRate;
      const earlyMs = dueMs - sharedNowMs();
      if (earlyMs > 0) await new Promise((next) => setTimeout(next, earlyMs));
      const connection = this.connections[index];
      if (this.isGivenUp || connection === undefined) return;
      connection.open();
      await this.untilLive(connection);
    });
  }

  /** Nothing more is opened or waited for. */
  giveUp(): void {
    this.isGivenUp = true;
    for (const next of this.waiting) next();
  }

  private untilLive(connection: Connection): Promise<void> {
    return new Promise((resolve) => {
      const next = (): void => {
        this.waiting.delete(next);
        resolve();
      };
      this.waiting.add(next);
      connection.whenLive(next);
    });
  }

  end(): void {
    for (const connection of this.connections) connection.end();
  }

  private urlOf(index: number): string {
    const { urls, firstPerson } = this.share;
    return urls[(firstPerson + index) % urls.length] ?? '';
  }
}
