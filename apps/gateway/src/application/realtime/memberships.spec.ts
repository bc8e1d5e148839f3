import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { loadConfig } from '@agent-chat/config';
import { AppError, newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { GatewayInbox } from '../gateway-inbox';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { InterestRegistry } from './interest-registry';
import { Memberships } from './memberships';

describe('The rooms of the people here', () => {
  const [ann, room] = [newId<UserId>(), newId<RoomId>()];
  const connection = { userId: ann } as Connection;
  let queries: InMemoryQueryBus;
  let connections: ConnectionRegistry;
  let memberships: Memberships;
  let isAway: boolean;
  let inReach: RoomId[] | undefined;
  let asked: number;

  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    queries = new InMemoryQueryBus();
    [isAway, inReach, asked] = [false, undefined, 0];
    queries.answer('rooms.memberOf', async () => {
      asked++;
      if (isAway) throw new AppError('UNAVAILABLE');
      return inReach === undefined ? { roomIds: [room] } : { roomIds: inReach, incomplete: true };
    });
    const config = loadConfig({});
    connections = new ConnectionRegistry(config);
    const interest = new InterestRegistry(queries, new GatewayInbox(new InMemoryBackplane()), config);
    memberships = new Memberships(queries, interest, connections);
    memberships.onModuleInit();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await queries.close();
  });

  const isKnown = (known: boolean) => eventually(() => expect(memberships.peopleOf(room).has(ann)).toBe(known));

  it('are known while somebody of them is connected', async () => {
    connections.add(connection);
    await isKnown(true);
    connections.remove(connection);
    expect(memberships.peopleOf(room).size).toBe(0);
  });

  it('stay known when they are joined while all are read', async () => {
    connections.add(connection);
    await isKnown(true);
    const joined = newId<RoomId>();
    memberships.reload(ann);
    void memberships.add(ann, joined);
    await eventually(() => expect(asked).toBe(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(memberships.peopleOf(joined).has(ann)).toBe(true);
  });

  it('are read again when they could not be read', async () => {
    isAway = true;
    connections.add(connection);
    await eventually(() => expect(Logger.prototype.warn).toHaveBeenCalledTimes(1));
    isAway = false;
    memberships.reloadFailed();
    await isKnown(true);
    memberships.reloadFailed();
    expect(asked).toBe(2);
  });

  it('stay known while some are away, and are read again', async () => {
    connections.add(connection);
    await isKnown(true);
    inReach = [];
    memberships.reload(ann);
    const askedAgain = async (): Promise<void> => {
      const before = asked;
      await eventually(() => {
        memberships.reloadFailed();
        expect(asked).toBeGreaterThan(before);
      });
    };
    await askedAgain();
    await isKnown(true);
    inReach = undefined;
    await askedAgain();
    await new Promise((resolve) => setImmediate(resolve));
    const before = asked;
    memberships.reloadFailed();
    expect(asked).toBe(before);
  });

  it('are not asked for again when the person has left', async () => {
    isAway = true;
    connections.add(connection);
    await eventually(() => expect(Logger.prototype.warn).toHaveBeenCalledTimes(1));
    connections.remove(connection);
    memberships.reloadFailed();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(1);
  });
});
