import { type PhysicalDatabase } from '@agent-chat/database';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { type Discovery, ProcessIdentity, type ProcessName } from '@agent-chat/discovery';
import { describeDiscoveryContract } from '@agent-chat/discovery/testing';
import { eventually } from '@agent-chat/testing';
import { ServiceRegistry } from './service-registry';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase('registry');
});
afterAll(() => test.drop());

describeDiscoveryContract('ServiceRegistry', async () => {
  await test.database.directory().query('DELETE FROM service_instances');
  const identity = new ProcessIdentity('chat', '1.2.3', '10.0.0.1:3100');
  const discovery = await ServiceRegistry.open({ directory: test.database.directory(), identity, load: () => 0.25, onError: fail });
  return { discovery, identity };
});

function fail(error: unknown): never {
  throw error;
}

/** The directory's database behind a switch. */
class Switch implements PhysicalDatabase {
  readonly name = 'switch';
  isDown = false;
  query: PhysicalDatabase['query'] = async (sql, parameters) => {
    if (this.isDown) throw new Error('connection refused');
    return test.database.directory().query(sql, parameters);
  };
  transaction: PhysicalDatabase['transaction'] = (work) => test.database.directory().transaction(work);
}

describe('the registry', () => {
  const opened: Discovery[] = [];
  const errors: unknown[] = [];
  beforeEach(async () => {
    errors.length = 0;
    await test.database.directory().query('DELETE FROM service_instances');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((discovery) => discovery.close()));
  });

  async function join(service: ProcessName, address: string, directory: PhysicalDatabase = test.database.directory()) {
    const identity = new ProcessIdentity(service, '1.0.0', address);
    const registry = await ServiceRegistry.open({ directory, identity, load: () => 0, onError: (error) => errors.push(error) });
    opened.push(registry);
    await registry.announce();
    return { registry, identity };
  }

  /** As if nobody had given a sign of life for so long. */
  const expire = (address: string) =>
    test.database.directory().query(`UPDATE service_instances SET expires_at = now() - interval '1 second' WHERE address = $1`, [address]);
  /** Reads the rows again, as it does by itself every two seconds. */
  const look = (discovery: Discovery) => discovery.announce();
  const addresses = (discovery: Discovery) =>
    discovery
      .all()
      .map(({ address }) => address)
      .sort();

  it('lets processes see each other, and drops at once who left', async () => {
    const { registry: gateway } = await join('gateway', 'a:1');
    const { registry: chat } = await join('chat', 'b:1');
    await eventually(() => expect(addresses(gateway)).toEqual(['a:1', 'b:1']));

    await chat.close();

    await eventually(() => expect(addresses(gateway)).toEqual(['a:1']));
  });

  it('does not count a process whose lease has run out by the database clock', async () => {
    const { registry: gateway } = await join('gateway', 'a:1');
    await test.database.directory().query(
      `INSERT INTO service_instances VALUES (gen_random_uuid(), 'chat', '1', 'dead:1', 0, now(), now() - interval '7 s', now() - interval '1 s'),
                                              (gen_random_uuid(), 'chat', '1', 'alive:1', 0, now(), now() - interval '1 s', now() + interval '5 s')`,
    );
    await look(gateway);

    expect(gateway.instances('chat').map(({ address }) => address)).toEqual(['alive:1']);
    expect(gateway.instances('chat')[0]?.ageMs).toBeGreaterThanOrEqual(1_000);
  });

  it('holds a lease of six seconds, and renews it every two', async () => {
    const { identity } = await join('chat', 'a:1');
    const lease = async () => {
      const [row] = await test.database
        .directory()
        .query<{ renewed: string; secs: number }>(
          `SELECT renewed_at::text AS renewed, extract(epoch FROM expires_at - renewed_at)::float8 AS secs FROM service_instances WHERE instance_id = $1`,
          [identity.instanceId],
        );
      return row;
    };
    const first = await lease();
    expect(first?.secs).toBe(6);

    await eventually(async () => expect((await lease())?.renewed).not.toBe(first?.renewed));
  });

  it('takes the place of a process that ran at its address before', async () => {
    const { identity } = await join('chat', 'a:1');
    const { registry, identity: next } = await join('chat', 'a:1');

    expect(registry.all().map(({ instanceId }) => instanceId)).toEqual([next.instanceId]);
    expect(next.instanceId).not.toBe(identity.instanceId);
  });

  it('goes on with those known last while the directory is away, and for one lease after it is back', async () => {
    const directory = new Switch();
    const { registry: gateway } = await join('gateway', 'a:1', directory);
    const { registry: chat } = await join('chat', 'b:1', directory);
    await look(gateway);
    directory.isDown = true;
    await look(gateway);
    await look(gateway);
    expect(addresses(gateway)).toEqual(['a:1', 'b:1']);
    expect(errors).toHaveLength(1);

    // Nobody could renew: by the rows nobody is there.
    await expire('b:1');
    directory.isDown = false;
    await look(gateway);

    expect(addresses(gateway)).toEqual(['a:1', 'b:1']);
    await chat.leave();
    await look(gateway);
    expect(addresses(gateway)).toEqual(['a:1']);
  });

  it('opens without the directory, and finds the others once it is back', async () => {
    const directory = new Switch();
    await join('chat', 'b:1');
    directory.isDown = true;
    const { registry } = await join('gateway', 'a:1', directory);
    expect(registry.all()).toEqual([]);

    directory.isDown = false;

    await eventually(() => expect(addresses(registry)).toEqual(['a:1', 'b:1']));
  });
});
