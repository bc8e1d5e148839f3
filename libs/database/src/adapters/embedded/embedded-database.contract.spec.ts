import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeDatabaseContract, createEmptyDatabase } from '../../testing';
import { openStandaloneDatabase } from './open-standalone-database';

function makeDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-contract-'));
  // As root the server runs as another user, who has to pass through.
  chmodSync(dataDir, 0o755);
  return dataDir;
}

describeDatabaseContract('the embedded Postgres', async () => {
  const dataDir = makeDataDir();
  const database = await openStandaloneDatabase({ dataDir, partitionCount: 64, log: () => undefined });
  const close = async (): Promise<void> => {
    await database.close();
    rmSync(dataDir, { recursive: true });
  };
  return { database, close };
});

describe('openStandaloneDatabase', () => {
  it('uses the Postgres of a given URL, migrates it, and starts none of its own', async () => {
    const dataDir = makeDataDir();
    const { url, drop } = await createEmptyDatabase();
    const database = await openStandaloneDatabase({ url, dataDir, partitionCount: 16, log: () => undefined });
    expect(await database.directory().query('select partition_count from installation')).toEqual([{ partition_count: 16 }]);
    expect(database.directoryAccess().url).toBe(url);
    await database.close();
    expect(readdirSync(dataDir)).toEqual([]);
    await expect(openStandaloneDatabase({ url, dataDir, partitionCount: 64, log: () => undefined })).rejects.toThrow('set PARTITIONS=16');
    await drop();
    rmSync(dataDir, { recursive: true });
  });

  it('leaves neither server nor lock behind when the migrations refuse', async () => {
    const dataDir = makeDataDir();
    const first = await openStandaloneDatabase({ dataDir, partitionCount: 64, log: () => undefined });
    await first.close();
    await expect(openStandaloneDatabase({ dataDir, partitionCount: 32, log: () => undefined })).rejects.toThrow('set PARTITIONS=64');
    expect(readdirSync(join(dataDir, 'postgres')).sort()).toEqual(['data', 'password', 'server.log']);
    expect(readdirSync(join(dataDir, 'postgres/data'))).not.toContain('postmaster.pid');
    rmSync(dataDir, { recursive: true });
  });

  it('tells when the server ends by itself', async () => {
    const dataDir = makeDataDir();
    const told = new Promise<string>((resolve) => {
      void openStandaloneDatabase({ dataDir, partitionCount: 64, log: () => undefined, onUnexpectedEnd: resolve }).then(async (database) => {
        await database
          .directory()
          .query('copy (select 1) to program \'kill -INT $PPID; kill -INT `cut -d" " -f4 /proc/$PPID/stat`\'')
          .catch(() => undefined);
      });
    });
    expect(await told).toMatch(/^The database server ended by itself: /);
    rmSync(dataDir, { recursive: true });
  });
});
