import { RestClient } from '../support/rest-client';
import { type ClusterFile, ScalingProcess, untilGone } from '../support/scaling-process';

jest.setTimeout(300_000);

const pidsOf = ({ processes }: ClusterFile): number[] => processes.map(({ pid }) => pid);

describe('npm run dev:scaling -- --ha', () => {
  let dataDir: string;
  let running: ScalingProcess | undefined;

  beforeAll(() => {
    dataDir = ScalingProcess.makeDataDir();
  });

  afterAll(async () => {
    await running?.end('SIGKILL');
    ScalingProcess.removeDataDir(dataDir);
  });

  it('runs on servers that replace each other, and leaves none behind when it is killed, not even what Patroni started', async () => {
    running = ScalingProcess.spawn(dataDir, 9_301, ['--ha', '--first-port', '9600', '--level', 'fatal']);
    const file = await running.untilReady();
    const servers = file.processes.filter(({ app }) => ['kafka', 'redis', 'etcd', 'patroni'].includes(app)).map(({ name }) => name);
    expect(servers).toEqual([
      ...['etcd-1', 'etcd-2', 'etcd-3', 'kafka-1', 'kafka-2', 'kafka-3', 'postgres-1', 'postgres-2'],
      ...['redis-master', 'redis-replica-1', 'redis-sentinel-1', 'redis-sentinel-2', 'redis-sentinel-3'],
    ]);
    const anna = await RestClient.register(file.entry, 'anna');
    const { roomId } = await anna.createRoom({ kind: 'public', name: 'on two servers' });
    const { status } = await anna.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'first', text: 'on both' });
    expect(status).toBe(201);

    await running.end('SIGKILL');
    await untilGone(pidsOf(file), dataDir);
  });
});
