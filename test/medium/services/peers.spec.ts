import { loadConfig } from '@agent-chat/config';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { newId, type UserId } from '@agent-chat/kernel';
import { openPeers, type Peers } from '@agent-chat/runtime';
import { eventually } from '@agent-chat/testing';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');
const SECRET = 'x'.repeat(32);
const IN_TIME = { timeoutMs: 3_000 };
const PARTITION = 5;

describe('processes that find and ask each other', () => {
  let test: TestDatabase;
  let gateway: Peers;
  const children: ChildProcess[] = [];
  const addresses = new Map<ChildProcess, string>();
  beforeAll(async () => {
    test = await createTestDatabase('peers');
    gateway = await openPeers(loadConfig({ INTERNAL_SECRET: SECRET, INTERNAL_PORT: '0' }).internal, 'gateway', test.database);
    await gateway.discovery.announce();
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => end(child, 'SIGKILL')));
  });
  afterAll(async () => {
    await gateway.discovery.close();
    await gateway.queries.close();
    gateway.breakers.close();
    await test.drop();
  });

  async function startChat(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/toolchain/run-typescript.mjs'), join(__dirname, 'chat.process.ts')], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_URL: test.url, INTERNAL_SECRET: SECRET, INTERNAL_PORT: '0' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    const [{ address }] = await once(child, 'message');
    addresses.set(child, address);
    return child;
  }

  async function own(child: ChildProcess): Promise<void> {
    child.send({ own: PARTITION });
    expect((await once(child, 'message'))[0]).toBe('owned');
  }

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  const known = () => gateway.discovery.instances('chat').length;
  const ask = () => gateway.queries.ask('rooms.memberOf', { userId: newId<UserId>() }, IN_TIME);
  const register = () => gateway.queries.ask('interest.register', { gatewayId: 'g', partition: PARTITION, roomIds: [] }, { ...IN_TIME, partition: PARTITION });

  it('go on with the others when one is killed, and no longer know it after its lease', async () => {
    await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const [one] = await Promise.all([startChat(), startChat()]);
    await eventually(() => expect(known()).toBe(2));

    await end(one, 'SIGKILL');

    for (let i = 0; i < 50; i++) await expect(ask()).resolves.toEqual({ roomIds: [] });
    await eventually(() => expect(known()).toBe(1), { timeoutMs: 10_000 });
  });

  it('go to the owner of a partition, and to the next one when it is killed', async () => {
    const [one, other] = await Promise.all([startChat(), startChat()]);
    await own(one);
    await eventually(async () => await expect(register()).resolves.toEqual({ fence: one.pid }));

    await end(one, 'SIGKILL');
    await expect(register()).rejects.toMatchObject({ retryable: true });
    await own(other);

    await eventually(async () => await expect(register()).resolves.toEqual({ fence: other.pid }));
    expect(gateway.breakers.statuses()).toContainEqual(expect.objectContaining({ name: 'chat/owner', state: 'closed', failures: 0 }));
  });

  it('follow a partition whose owner lives on', async () => {
    const [one, other] = await Promise.all([startChat(), startChat()]);
    await own(one);
    await eventually(async () => await expect(register()).resolves.toEqual({ fence: one.pid }));
    await own(other);
    // The former owner does not know yet: it is the registration's fence that tells (P23).
    await expect(register()).resolves.toEqual({ fence: one.pid });
    await end(one, 'SIGTERM');

    await eventually(async () => await expect(register()).resolves.toEqual({ fence: other.pid }));
  });

  it('are no longer asked from the moment they leave, and end', async () => {
    const child = await startChat();
    await eventually(() => expect(known()).toBeGreaterThan(0));

    await expect(end(child, 'SIGTERM')).resolves.toBe(0);

    const rows = await test.database.directory().query<{ address: string }>('SELECT address FROM service_instances');
    expect(rows.map(({ address }) => address)).not.toContain(addresses.get(child));
  });

  it('say which setting to change when the port of the internal door is taken', async () => {
    const port = gateway.identity.address?.split(':')[1];
    const { internal } = loadConfig({ INTERNAL_SECRET: SECRET, INTERNAL_PORT: port });

    await expect(openPeers(internal, 'chat', test.database)).rejects.toThrow(`INTERNAL_PORT is ${String(port)}`);
  });

  it('do not wait beyond the deadline for a process that stands still', async () => {
    const child = await startChat();
    await eventually(() => expect(known()).toBeGreaterThan(0));
    child.kill('SIGSTOP');
    const startedAtMs = performance.now();

    await expect(gateway.queries.ask('rooms.heads', { roomIds: [] }, { timeoutMs: 200 })).rejects.toMatchObject({ retryable: true });

    expect(performance.now() - startedAtMs).toBeLessThan(1_500);
  });
});
