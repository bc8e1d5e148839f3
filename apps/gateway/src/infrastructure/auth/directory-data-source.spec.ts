import { loadConfig } from '@agent-chat/config';
import { PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { startHastyServer } from '@agent-chat/database/testing';
import { DirectoryDataSource } from './directory-data-source';

describe('the directory over TypeORM', () => {
  it('is unavailable when its connections end as they open', async () => {
    const server = await startHastyServer();
    const database = new PostgresDatabase({ url: server.url, partitionCount: 64 });
    const directory = new DirectoryDataSource(database, loadConfig({}));
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(directory.run((manager) => manager.query('select 1'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    await directory.onApplicationShutdown();
    await database.close();
    await server.close();
  });
});
