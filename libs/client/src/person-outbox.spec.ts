import { processLocks } from './locks';
import { type Outbox } from './outbox';
import { type OutboxEntry } from './outbox-store';
import { PersonOutbox } from './person-outbox';
import { memoryStorage } from './storage';
import { SteeredEnvironment } from './testing/steered-environment';
import { AgentChatError } from './errors';

describe("a person's outbox", () => {
  let environment: SteeredEnvironment;
  let outboxes: PersonOutbox;
  let opened: Outbox[];
  let posts: OutboxEntry[];
  beforeEach(() => {
    environment = new SteeredEnvironment();
    [opened, posts] = [[], []];
    outboxes = new PersonOutbox({
      ...{ environment, storage: memoryStorage(), lock: processLocks(), prefix: 'chat' },
      post: (entry) => {
        posts.push(entry);
        return Promise.reject(new AgentChatError('UNAVAILABLE', { retryable: true }));
      },
      onError: (error) => {
        throw error;
      },
      onOpened: (outbox) => {
        // Whoever is told finds it open.
        expect(outboxes.current).toBe(outbox);
        opened.push(outbox);
      },
    });
  });
  const write = async (text: string): Promise<void> => {
    outboxes.current?.add('r-1', { text });
    await environment.advance(0);
  };

  it('stays the same while the same person is signed in', () => {
    expect(outboxes.current).toBeUndefined();
    expect(outboxes.changeTo('ann')).toBe(false);
    expect(outboxes.changeTo('ann')).toBe(false);

    expect(opened).toEqual([outboxes.current]);
  });

  it('sends nothing that somebody else wrote, and goes on with it when that person is back', async () => {
    outboxes.changeTo('ann');
    await write('from Ann');
    expect(outboxes.changeTo('bob')).toBe(true);
    await write('from Bob');
    posts.length = 0;
    await environment.advance(60_000);
    expect(new Set(posts.map(({ text }) => text))).toEqual(new Set(['from Bob']));

    expect(outboxes.changeTo(undefined)).toBe(true);
    expect(outboxes.current).toBeUndefined();
    outboxes.changeTo('ann');
    await outboxes.loaded();

    expect(outboxes.current?.of('r-1').map(({ text }) => text)).toEqual(['from Ann']);
  });
});
