import { type Database } from '@agent-chat/database';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { FakeClock } from '@agent-chat/testing';
import { EventLogServer } from './event-log-server';
import { GroupNames } from './group-names';
import { type Projection } from './projection';
import { ProjectionRunner } from './projection-runner';

describe('the name of a consumer group', () => {
  const log = new InMemoryEventLog({ partitionCount: 1, clock: new FakeClock() });
  const common = { log, queries: new InMemoryQueryBus(), onError: () => undefined };
  // Names are all that matters here: what asks for a position fails, and is tried again until the test is over.
  const nowhere = {} as Database;
  const projection = { group: 'search' } as Projection;
  const handle = (server: EventLogServer) => server.addHandler('message.posted', () => Promise.resolve(), true, { group: 'search' });
  let names: GroupNames;
  let runner: ProjectionRunner;
  let server: EventLogServer;

  beforeEach(() => {
    names = new GroupNames();
    runner = new ProjectionRunner({ ...common, names });
    server = new EventLogServer({ ...common, database: nowhere, names });
  });
  afterEach(() => runner.stop());
  afterAll(() => log.close());

  it('is refused to handlers while a projection has it, and the other way round', async () => {
    names.claim('search');
    expect(() => handle(server)).toThrow('consumer group search');
    await expect(runner.run(projection)).rejects.toThrow('consumer group search');
  });

  it('is shared by the handlers of one group', () => {
    handle(server);
    expect(() => handle(server)).not.toThrow();
    expect(() => names.claim('search')).toThrow('consumer group search');
  });

  it('is taken by a projection that runs', async () => {
    await runner.run({ ...projection, database: () => nowhere.directory() });
    expect(() => handle(server)).toThrow('consumer group search');
  });
});
