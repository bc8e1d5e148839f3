import { type PartitionList } from '@agent-chat/contracts';
import { createEmptyDatabase } from '@agent-chat/database/testing';
import { partitionOf } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { RestClient } from '../../support/rest-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

interface ShardAnswer {
  readonly databases: readonly { readonly name: string; readonly shards: number }[];
  readonly shards: readonly { readonly partition: number; readonly database: string; readonly rooms: number }[];
  readonly moves: readonly { readonly phase: string; readonly target: string }[];
}

describe('shards, for operators', () => {
  let spare: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let app: WholeApp;
  let ann: RestClient;
  let operator: RestClient;

  jest.setTimeout(60_000);

  beforeAll(async () => {
    spare = await createEmptyDatabase();
    app = await startWholeApp('shards', { OPERATORS: 'root-of-all', SHARD_DATABASES: JSON.stringify({ b: { url: spare.url } }) });
    ann = await RestClient.register(app.url, 'ann');
    const { body } = await new RestClient(app.url).call('POST', '/auth/register', { username: 'root-of-all', password: 'correct horse battery' });
    operator = new RestClient(app.url, { ...ann.credentials!, accessToken: (body as { accessToken: string }).accessToken });
  });
  afterAll(async () => {
    await app.close();
    await spare.drop();
  });

  const map = async (): Promise<ShardAnswer> => (await operator.call('GET', '/operations/shards')).body as ShardAnswer;
  const command = (...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const options = { env: { ...process.env, OPERATOR_PASSWORD: 'correct horse battery' } };
      const program = [join(__dirname, '../../../scripts/shard-move.mjs'), '--url', app.url, '--user', 'root-of-all', ...args];
      execFile(process.execPath, program, options, (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }));
    });

  it('are shown to operators only', async () => {
    expect((await map()).databases).toEqual([
      { name: 'main', shards: 64, sizeBytes: expect.any(Number) },
      { name: 'b', shards: 0, sizeBytes: expect.any(Number) },
    ]);
    await expect(ann.call('GET', '/operations/shards')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(ann.call('POST', '/operations/shards/1/move', { target: 'b' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(ann.call('DELETE', '/operations/shards/1/move')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['an unknown shard', 'POST', '/operations/shards/64/move', 'NOT_FOUND'],
    ['no shard at all', 'POST', '/operations/shards/one/move', 'NOT_FOUND'],
    ['a shard that was never moved, taken back', 'DELETE', '/operations/shards/63/move', 'NOT_FOUND'],
  ])('refuses %s', async (_what, method, path, code) => {
    await expect(operator.call(method, path, method === 'POST' ? { target: 'b' } : undefined)).rejects.toMatchObject({ code });
  });

  it('refuses an unknown database, and the one where the shard is', async () => {
    await expect(operator.call('POST', '/operations/shards/1/move', { target: 'c' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(operator.call('POST', '/operations/shards/1/move', { target: 'main' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('move by the endpoint and back by the command, and their rooms stay what they were', async () => {
    const { body } = await ann.call('POST', '/rooms', { kind: 'private', name: 'lobby' });
    const { roomId } = body as { roomId: string };
    const post = async (): Promise<number> =>
      ((await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: 'hello' })).body as { seq: number }).seq;
    expect(await post()).toBe(3);
    const partition = (await map()).shards.find(({ rooms }) => rooms === 1)!.partition;

    expect((await operator.call('POST', `/operations/shards/${String(partition)}/move`, { target: 'b' })).status).toBe(202);
    await eventually(async () => expect((await map()).moves[0]).toMatchObject({ phase: 'done' }), { timeoutMs: 20_000 });
    expect((await map()).shards[partition]).toMatchObject({ database: 'b', rooms: 1 });
    expect(await post()).toBe(4);
    await expect(operator.call('DELETE', `/operations/shards/${String(partition)}/move`)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });

    const back = await command('--partition', String(partition), '--to', 'main');
    expect(back).toMatchObject({ code: 0, output: expect.stringMatching(/done.*\nWriters waited \d+ ms\./) });
    expect((await map()).shards[partition]).toMatchObject({ database: 'main', rooms: 1 });
    expect(await post()).toBe(5);
    expect(((await ann.call('GET', `/rooms/${roomId}/messages`)).body as { items: unknown[] }).items).toHaveLength(3);
    expect(await command('--partition', '1', '--to', 'nowhere')).toMatchObject({ code: 1, output: expect.stringContaining('must be one of main, b') });
  });

  it('leave who moved them in the audit trail', async () => {
    const { body } = await operator.call('GET', '/audit?by=operators&type=shard.move&limit=100');
    const { items } = body as { items: { subjectId: string }[] };
    expect(items.length).toBeGreaterThan(1);
    expect(items.every(({ subjectId }) => / to (b|main)$/.test(subjectId))).toBe(true);
  });

  it('have owners, and groups that follow their logs', async () => {
    const { roomId } = (await ann.call('POST', '/rooms', { kind: 'private', name: 'followed' })).body as { roomId: string };
    await expect(ann.call('GET', '/operations/partitions')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await eventually(
      async () => {
        const { partitions, missing } = (await operator.call('GET', '/operations/partitions')).body as PartitionList;
        expect(missing).toBeUndefined();
        expect(partitions.map(({ partition }) => partition)).toEqual(Array.from({ length: 64 }, (_, partition) => partition));
        expect(partitions.every(({ owner }) => owner !== '')).toBe(true);
        const own = partitions[partitionOf(roomId, 64)]!;
        expect(own).toMatchObject({ epoch: 1 });
        expect(own.position).toBeGreaterThan(1);
        expect(own.consumers).toEqual(
          expect.arrayContaining([
            { group: 'figures', lag: 0 },
            { group: 'audit-chain', lag: 0 },
          ]),
        );
      },
      { timeoutMs: 20_000 },
    );
  });
});
