// A process that answers some questions as a chat process would: the real bus and registry, no more.
import { loadConfig } from '@agent-chat/config';
import { PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { NotTheOwnerError } from '@agent-chat/query-bus';
import { openPeers } from '@agent-chat/runtime';

const config = loadConfig(process.env);
const partitionCount = config.partitions;

async function main(): Promise<void> {
  const database = new PostgresDatabase({ url: config.database.url ?? '', partitionCount });
  const { queries, discovery, identity } = await openPeers(config.internal, 'chat', database);
  const owned = new Set<number>();
  queries.answer('rooms.memberOf', async () => ({ roomIds: [] }));
  queries.answer('interest.register', async ({ partition }) => {
    if (!owned.has(partition)) throw new NotTheOwnerError();
    return { fence: process.pid };
  });
  queries.answer('rooms.heads', () => new Promise(() => undefined));
  process.on('message', ({ own }: { own: number }) => {
    owned.add(own);
    database
      .writer(own)
      .query(
        `INSERT INTO partition_progress AS stored (partition, owner, fence) VALUES ($1, $2, 1)
           ON CONFLICT (partition) DO UPDATE SET owner = excluded.owner, fence = stored.fence + 1`,
        [own, identity.ownerName],
      )
      .then(
        () => process.send?.('owned'),
        (error: unknown) => process.send?.(String(error)),
      );
  });
  process.once('SIGTERM', () => {
    discovery
      .close()
      .then(() => queries.close())
      .then(() => database.close())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  });
  await discovery.announce();
  process.send?.({ address: identity.address });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
