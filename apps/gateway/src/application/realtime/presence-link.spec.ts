import { loadConfig } from '@agent-chat/config';
import { type QueryInput } from '@agent-chat/contracts';
import { AppError, type Clock, newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { type GatewayInbox } from '../gateway-inbox';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { Openings } from './openings';
import { PresenceLink } from './presence-link';
import { type RoomIndex } from './room-index';

type Report = QueryInput<'presence.report'>;

describe('what a gateway reports of people', () => {
  const ann = newId<UserId>();
  const reports: Report[] = [];
  let connections: ConnectionRegistry;
  let link: PresenceLink;
  let index: RoomIndex;
  /** What of rooms was told each time: opened and closed. */
  const watches: (readonly (readonly string[])[])[] = [];
  let isAway: boolean;
  let rooms: RoomId[];

  const device = (): Connection => ({ userId: ann, status: 'online', statusText: undefined, watchedUserIds: undefined }) as unknown as Connection;
  /** How she was told last, as often as it changed. */
  const told = (): unknown[] => {
    const all = reports.flatMap(({ present, gone }) => [...present.map(({ userId: _, ...shown }) => shown), ...gone.map(() => 'gone')]);
    return all.filter((one, at) => JSON.stringify(one) !== JSON.stringify(all[at - 1]));
  };

  beforeEach(() => {
    jest.useFakeTimers();
    reports.length = 0;
    const queries = new InMemoryQueryBus();
    queries.answer('presence.report', async (report) => {
      reports.push(report);
      return {};
    });
    watches.length = 0;
    isAway = false;
    rooms = [];
    queries.answer('presence.watch', async ({ open, closed }) => {
      if (isAway) throw new AppError('UNAVAILABLE');
      watches.push([open.roomIds, closed.roomIds]);
      return {};
    });
    connections = new ConnectionRegistry(loadConfig({}));
    const inbox = { gatewayId: newId(), on: () => undefined } as unknown as GatewayInbox;
    index = { openings: new Openings(), ids: () => rooms } as unknown as RoomIndex;
    link = new PresenceLink(queries, inbox, connections, index, { nowMs: () => Date.now() } as Clock);
    link.onApplicationBootstrap();
  });
  afterEach(() => {
    link.onModuleDestroy();
    jest.useRealTimers();
  });

  it('is how they were last until it is that they are gone', async () => {
    const phone = device();
    connections.add(phone);
    link.setStatus(phone, 'away', 'lunch');
    await jest.advanceTimersByTimeAsync(9_800);
    connections.remove(phone);
    await jest.advanceTimersByTimeAsync(11_000);
    expect(told()).toEqual([{ status: 'away', text: 'lunch' }, 'gone']);
  });

  it('is online where one device is, with a text of one that is as shown', async () => {
    const [phone, laptop] = [device(), device()];
    connections.add(phone);
    connections.add(laptop);
    link.setStatus(phone, 'away', 'tea');
    await jest.advanceTimersByTimeAsync(600);
    link.setStatus(laptop, 'online', 'at work');
    await jest.advanceTimersByTimeAsync(600);
    link.setStatus(laptop, 'away', undefined);
    await jest.advanceTimersByTimeAsync(600);
    expect(told()).toEqual([{ status: 'online' }, { status: 'online', text: 'at work' }, { status: 'away', text: 'tea' }]);
  });

  it('tells of rooms only what changed, and all of them again now and then', async () => {
    const [one, other] = [newId<RoomId>(), newId<RoomId>()];
    rooms = [one, other];
    for (const roomId of rooms) index.openings.open(roomId);
    await jest.advanceTimersByTimeAsync(600);
    rooms = [one];
    index.openings.close(other);
    await jest.advanceTimersByTimeAsync(600);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(watches).toEqual([
      [[one, other], []],
      [[], [other]],
    ]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(watches.slice(2)).toEqual([[[one], []]]);
  });

  it('tells what was opened once presence is there again', async () => {
    const room = newId<RoomId>();
    isAway = true;
    index.openings.open(room);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(watches).toEqual([]);
    isAway = false;
    await jest.advanceTimersByTimeAsync(600);
    expect(watches).toEqual([[[room], []]]);
  });
});
