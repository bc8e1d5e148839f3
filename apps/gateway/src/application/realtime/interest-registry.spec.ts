import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { loadConfig } from '@agent-chat/config';
import { AppError, newId, partitionOf, type RoomId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { deferred, eventually } from '@agent-chat/testing';
import { GatewayInbox } from '../gateway-inbox';
import { InterestRegistry } from './interest-registry';

/** Less than until a room without an owner is asked for by itself. */
const AT_ONCE = { timeoutMs: 1_000 };

describe('InterestRegistry', () => {
  const roomId = newId<RoomId>();
  const config = loadConfig({});
  let queries: InMemoryQueryBus;
  let backplane: InMemoryBackplane;
  let inbox: GatewayInbox;
  let registry: InterestRegistry;
  /** What each call to the owner comes to, in turn. */
  let answers: Promise<{ fence: number }>[];
  let calls: number;
  let renewed: (readonly RoomId[])[];

  beforeEach(async () => {
    queries = new InMemoryQueryBus();
    backplane = new InMemoryBackplane();
    inbox = new GatewayInbox(backplane);
    registry = new InterestRegistry(queries, inbox, config);
    calls = 0;
    renewed = [];
    queries.answer('interest.register', async () => {
      const answer = answers[calls];
      calls += 1;
      return answer ?? { fence: 0 };
    });
    registry.whenRenewed((roomIds) => renewed.push(roomIds));
    await inbox.start();
    registry.onApplicationBootstrap();
  });

  afterEach(async () => {
    registry.onModuleDestroy();
    await inbox.onApplicationShutdown();
    await queries.close();
    await backplane.close();
  });

  const refusal = (): Promise<never> => {
    const refused = Promise.reject(new AppError('UNAVAILABLE'));
    refused.catch(() => undefined);
    return refused;
  };
  const announce = (): Promise<void> => {
    const message = { type: 'interest.reannounce', partition: partitionOf(roomId, config.partitions), fence: 2 };
    return backplane.publish([inbox.gatewayId], 'control', JSON.stringify(message));
  };

  it('registers again at once with an owner that announces itself', async () => {
    answers = [refusal(), Promise.resolve({ fence: 2 })];
    await registry.ensure([roomId]);
    await announce();
    await eventually(() => expect([calls, renewed]).toEqual([2, [[roomId]]]), AT_ONCE);
  });

  it('registers again with an owner that announces itself while an earlier call hangs and fails', async () => {
    const hanging = deferred<{ fence: number }>();
    answers = [refusal(), hanging.promise, Promise.resolve({ fence: 2 })];
    await registry.ensure([roomId]);
    registry.compare(roomId, { epoch: 1, fence: 1 });
    await eventually(() => expect(calls).toBe(2), AT_ONCE);
    let heard = 0;
    inbox.on('control', () => (heard += 1));
    await announce();
    await eventually(() => expect(heard).toBe(1), AT_ONCE);

    hanging.reject(new AppError('TIMEOUT'));

    await eventually(() => expect([calls, renewed]).toEqual([3, [[roomId], [roomId]]]), AT_ONCE);
  });
});
