import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { type PhysicalDatabase } from '@agent-chat/database';
import { deferred, eventually } from '@agent-chat/testing';
import { ProgressRepository } from '../../../apps/chat/src/infrastructure/write/progress-repository';
import { progressOf } from './stored-rooms';

const nothing = () => Promise.resolve({});

describe('raising the fence of a partition', () => {
  let test: TestDatabase;
  let database: PhysicalDatabase;
  beforeAll(async () => {
    test = await createTestDatabase('raising');
    database = test.database.writer(0);
  });
  afterAll(() => test.drop());

  it('gives each owner a higher one, and names the last (P5)', async () => {
    const progress = new ProgressRepository(database);
    const fences = [await progress.raise(1, 'one', nothing), await progress.raise(1, 'other', nothing)].map((raised) => raised?.fence);

    expect(fences).toEqual([1, 2]);
    expect(await progressOf(test, 1)).toMatchObject({ fence: 2, owner: 'other' });
  });

  it('is committed before the rest is looked at (P5)', async () => {
    const seen: number[] = [];
    await new ProgressRepository(database).raise(2, 'me', async () => {
      seen.push((await progressOf(test, 2)).fence);
      return {};
    });

    expect(seen).toEqual([1]);
  });

  it('is refused after two seconds while another transaction holds the row, and works then (P5)', async () => {
    const progress = new ProgressRepository(database);
    await progress.raise(3, 'me', nothing);
    const [holding, letGo] = [deferred(), deferred()];
    const holder = test.database.shard(3).transaction(async (connection) => {
      await connection.query('SELECT 1 FROM partition_progress WHERE partition = 3 FOR UPDATE');
      holding.resolve();
      await letGo.promise;
    });
    await holding.promise;
    await expect(progress.raise(3, 'me', nothing)).rejects.toMatchObject({ kind: 'outage', sqlState: '55P03' });
    letGo.resolve();
    await holder;

    expect((await progress.raise(3, 'me', nothing))?.fence).toBe(2);
  });

  it('stops nobody for long whose process was paused before its commit (P5)', async () => {
    const resume = deferred();
    const paused: PhysicalDatabase = {
      name: 'paused',
      query: (sql, parameters) => database.query(sql, parameters),
      transaction: (work) =>
        database.transaction(async (connection) => {
          const result = await work(connection);
          await resume.promise;
          return result;
        }),
    };
    const stale = new ProgressRepository(paused).raise(4, 'paused', nothing).catch((error: unknown) => error);
    await eventually(async () => expect(await database.query(`SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction'`)).not.toEqual([]));

    const raised = await eventually(() => new ProgressRepository(database).raise(4, 'other', nothing), { timeoutMs: 8_000 });
    resume.resolve();

    expect(raised?.fence).toBe(1);
    expect(await stale).toMatchObject({ kind: 'outage' });
    expect(await progressOf(test, 4)).toMatchObject({ fence: 1, owner: 'other' });
  });

  it('changes nothing else if another has raised it meanwhile (P5, P13)', async () => {
    const progress = new ProgressRepository(database);
    const stale = progress.raise(5, 'me', async () => {
      await progress.raise(5, 'other', nothing);
      return { command_offset: 99, epoch: 99 };
    });

    await expect(stale).rejects.toMatchObject({ kind: 'fenced' });
    expect(await progressOf(test, 5)).toMatchObject({ fence: 2, owner: 'other', command_offset: -1, epoch: 1 });
  });

  it('leaves alone a partition that is not active here, or was never here (P30)', async () => {
    const progress = new ProgressRepository(database);
    await database.query(`UPDATE partition_progress SET state = 'moved' WHERE partition = 5`);

    expect(await progress.raise(5, 'me', nothing)).toBeUndefined();
    expect(await progressOf(test, 5)).toMatchObject({ fence: 2, owner: 'other' });
    await database.query('DELETE FROM partition_progress WHERE partition = 6');
    expect(await progress.raise(6, 'me', nothing)).toBeUndefined();
    expect(await database.query('SELECT 1 FROM partition_progress WHERE partition = 6')).toEqual([]);
  });
});
