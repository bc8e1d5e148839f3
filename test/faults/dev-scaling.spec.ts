import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { RestClient } from '../support/rest-client';
import { type ClusterFile, ScalingProcess, untilGone } from '../support/scaling-process';

jest.setTimeout(240_000);

const PORT = 9_300;
const PATIENT = { timeoutMs: 60_000, intervalMs: 100 };
const WORDS = ['--first-port', '9400', '--level', 'warn'];

const pidsOf = ({ processes }: ClusterFile): number[] => processes.map(({ pid }) => pid);
const pidOf = (file: ClusterFile | undefined, name: string): number => file?.processes.find((each) => each.name === name)?.pid ?? 0;

describe('npm run dev:scaling', () => {
  let dataDir: string;
  let running: ScalingProcess | undefined;

  const post = (person: RestClient, roomId: string, text: string): Promise<unknown> =>
    person.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text });
  const launch = (...words: string[]): ScalingProcess => ScalingProcess.spawn(dataDir, PORT, [...WORDS, ...words]);

  beforeAll(() => {
    dataDir = ScalingProcess.makeDataDir();
  });

  afterAll(async () => {
    await running?.end('SIGKILL');
    ScalingProcess.removeDataDir(dataDir);
  });

  it('runs the whole cluster, starts again what dies, leaves nothing behind when it is killed, and keeps the data', async () => {
    running = launch();
    const file = await running.untilReady();
    expect(file).toMatchObject({ entry: `http://localhost:${String(PORT)}`, gateways: ['http://127.0.0.1:9400', 'http://127.0.0.1:9402'] });
    expect(file.processes.map(({ name, app }) => `${name} ${app}`)).toEqual([
      ...['nginx nginx', 'gateway-1 gateway', 'gateway-2 gateway', 'chat-1 chat', 'chat-2 chat', 'presence-1 presence', 'analytics-1 analytics'],
      ...['storage-1 storage', 'worker-1 worker', 'kafka-1 kafka', 'postgres postgres', 'postgres-standby-1 postgres', 'redis redis', 's3 s3'],
    ]);
    for (const { name, log } of file.processes) expect(running.printed).toMatch(new RegExp(`^${name} .*${log}$`, 'm'));

    const anna = await RestClient.register(file.entry, 'anna');
    const { roomId } = await anna.createRoom({ kind: 'public', name: 'before the crash' });
    await post(anna, roomId, 'over the entry');

    const before = pidOf(file, 'gateway-1');
    process.kill(before, 'SIGKILL');
    await eventually(() => {
      expect(running?.printed).toContain('gateway-1 is ready again');
      expect(pidOf(running?.file, 'gateway-1')).not.toBe(before);
    }, PATIENT);
    await post(anna, roomId, 'over whichever gateway is there');

    const left = [...pidsOf(file), pidOf(running.file, 'gateway-1')];
    await running.end('SIGKILL');
    await untilGone(left, dataDir);

    running = launch('--no-restart');
    const again = await running.untilReady();
    const log = await anna.log(roomId);
    expect(log.flatMap(({ data }) => (data as { text?: string }).text ?? [])).toEqual(['over the entry', 'over whichever gateway is there']);

    const second = launch();
    expect(await second.ended()).toBe(1);
    expect(second.printed).toContain('is in use by the running process');

    process.kill(pidOf(again, 'presence-1'), 'SIGKILL');
    await eventually(() => {
      expect(running?.printed).toMatch(/presence-1 \(process \d+\) ended$/m);
    }, PATIENT);

    expect(await running.end('SIGTERM')).toBe(0);
    expect(running.file).toBeUndefined();
    await untilGone(pidsOf(again), dataDir);
  });

  it('tells which port is in use, for whom and what to do, and leaves nothing behind', async () => {
    const taken = createServer().listen(9_460, '127.0.0.1');
    await once(taken, 'listening');
    running = launch();
    expect(await running.ended()).toBe(1);
    expect(running.printed).toContain('Port 9460 is in use, which analytics-1 was to have. Stop what uses it, or give another first port');
    await untilGone([], dataDir);
    taken.close();
  });
});
