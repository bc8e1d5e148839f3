import { DatabaseError, type Database, type PhysicalDatabase } from '@agent-chat/database';
import { askAllShards } from './shard-reader';

type Query = PhysicalDatabase['query'];

const answering = (name: string): Query => (() => Promise.resolve([{ name }])) as unknown as Query;
const failing =
  (kind: 'data' | 'outage'): Query =>
  () =>
    Promise.reject(new DatabaseError(kind, kind === 'data' ? '22P02' : undefined, 'failed', undefined, undefined));
const silent: Query = () => new Promise(() => undefined);

/** Each partition on a database of its own. */
function listOf(...queries: readonly Query[]): Promise<unknown> {
  const shards = queries.map((query, index) => ({ name: `shard-${String(index)}`, query }) as PhysicalDatabase);
  const database = { partitionCount: shards.length, shard: (partition: number) => shards[partition] } as unknown as Database;
  return askAllShards(database, (ask) => ask('SELECT', []));
}

describe('a list over all databases', () => {
  it('is whole where all answer', async () => {
    await expect(listOf(answering('a'), answering('b'))).resolves.toEqual({ rows: [{ name: 'a' }, { name: 'b' }] });
  });

  it('says that it is incomplete where one is away', async () => {
    await expect(listOf(failing('outage'), answering('b'))).resolves.toEqual({ rows: [{ name: 'b' }], incomplete: true });
  });

  it('does not wait for one that says nothing', async () => {
    jest.useFakeTimers();
    try {
      const list = listOf(answering('a'), silent);
      await jest.advanceTimersByTimeAsync(2_000);
      await expect(list).resolves.toEqual({ rows: [{ name: 'a' }], incomplete: true });
    } finally {
      jest.useRealTimers();
    }
  });

  it('is asked anew, as a whole, where a shard was moved meanwhile', async () => {
    const notHere: Query = () => Promise.reject(new DatabaseError('data', 'AC002', 'not here', undefined, undefined));
    const [kept, left, taken] = [answering('kept'), notHere, answering('taken')].map(
      (query, index) => ({ name: `shard-${String(index)}`, query }) as PhysicalDatabase,
    );
    let isMoved = false;
    const shard = (partition: number) => (partition === 0 ? kept : isMoved ? taken : left);
    const reload = async (): Promise<boolean> => (isMoved = true);
    const database = { partitionCount: 2, shard, reload } as unknown as Database;

    await expect(askAllShards(database, (ask) => ask('SELECT', []))).resolves.toEqual({ rows: [{ name: 'kept' }, { name: 'taken' }] });
  });

  it.each([
    ['all are away', failing('outage'), failing('outage'), { code: 'UNAVAILABLE' }],
    ['one refuses the question', failing('data'), answering('b'), { kind: 'data' }],
  ])('is refused where %s', async (_, one, other, refusal) => {
    await expect(listOf(one, other)).rejects.toMatchObject(refusal);
  });
});
