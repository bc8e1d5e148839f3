import { loadConfig } from '@agent-chat/config';
import { type QueryInput } from '@agent-chat/contracts';
import { type Clock, newId, type UserId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { type GatewayInbox } from '../gateway-inbox';
import { type Connection } from './connection';
import { ConnectionRegistry } from './connection-registry';
import { PresenceLink } from './presence-link';
import { type RoomIndex } from './room-index';

type Report = QueryInput<'presence.report'>;

describe('what a gateway reports of people', () => {
  const ann = newId<UserId>();
  const reports: Report[] = [];
  let connections: ConnectionRegistry;
  let link: PresenceLink;

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
    queries.answer('presence.watch', async () => ({}));
    connections = new ConnectionRegistry(loadConfig({}));
    const inbox = { gatewayId: newId(), on: () => undefined } as unknown as GatewayInbox;
    const index = { version: 0, ids: () => [] } as unknown as RoomIndex;
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
});
