import { type PhysicalDatabase } from '@agent-chat/database';
import { deferred } from '@agent-chat/testing';
import { ProcessIdentity } from '../../process-identity';
import { ServiceRegistry } from './service-registry';

describe('ServiceRegistry', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks a directory that says nothing once, however long that lasts, and every 2 s again after that', async () => {
    let asked = 0;
    let answer: Promise<unknown[]> = Promise.resolve([]);
    const query = () => {
      asked += 1;
      return answer;
    };
    const directory = { query } as unknown as PhysicalDatabase;
    const identity = new ProcessIdentity('chat', '1.2.3', '10.0.0.1:3100');
    const registry = await ServiceRegistry.open({ directory, identity, load: () => 0, onError: () => undefined });
    expect(asked).toBe(1);
    const silence = deferred<unknown[]>();
    answer = silence.promise;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(2);

    answer = Promise.resolve([]);
    silence.resolve([]);
    await jest.advanceTimersByTimeAsync(4_000);

    expect(asked).toBe(4);
    await registry.close();
  });
});
