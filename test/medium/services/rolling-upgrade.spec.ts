import { migrate } from '@agent-chat/database';
import { createEmptyDatabase } from '@agent-chat/database/testing';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RestClient } from '../../support/rest-client';
import { startWholeApp } from '../../support/whole-app';

const MIGRATIONS = resolve(__dirname, '../../../libs/database/migrations');

/** Each table gets a column that releases before this one know nothing of. */
const EXPANDED = `
DO $$ DECLARE place regclass; BEGIN
  FOR place IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition LOOP
    EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS added_later text NOT NULL DEFAULT ''later''', place);
  END LOOP;
END $$`;

describe('a release beside the next one', () => {
  jest.setTimeout(60_000);

  let folder: string;
  let server: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'next-release-'));
    cpSync(MIGRATIONS, folder, { recursive: true });
    server = await createEmptyDatabase();
    env = { DATABASE_URL: server.url };
    await migrate({ url: server.url, partitionCount: 64 });
  });
  afterEach(async () => {
    await server.drop();
    rmSync(folder, { recursive: true });
  });

  /** What the step of a later release does that brings one more migration of each kind. Without a number, it follows this release's newest. */
  const laterReleaseBrings = async (name: string, sql: string, compatibleFrom?: string): Promise<void> => {
    for (const scope of ['directory', 'shard']) {
      const newest = readdirSync(join(MIGRATIONS, scope)).sort().at(-1)!.slice(0, 4);
      writeFileSync(join(folder, scope, name), `-- compatible-from: ${compatibleFrom ?? newest}\n${sql}`);
    }
    await migrate({ url: server.url, partitionCount: 64, folder });
  };
  const expand = (): Promise<void> => laterReleaseBrings('9001_more.sql', EXPANDED);

  /** Something of everything that people do; resolves with the texts of the room. */
  const useIt = async (url: string): Promise<string[]> => {
    const [ann, bob] = [await RestClient.register(url, 'ann'), await RestClient.register(url, 'bob')];
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby', memberIds: [bob.userId] });
    const post = async (text: string): Promise<string> =>
      ((await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text })).body as { messageId: string }).messageId;
    const messageId = await post('first');
    await post('second');
    await ann.call('PATCH', `/rooms/${roomId}/messages/${messageId}`, { text: 'first, corrected' });
    await bob.call('PUT', `/rooms/${roomId}/messages/${messageId}/reactions/${encodeURIComponent('👍')}`);
    await bob.call('PUT', `/rooms/${roomId}/read`, { seq: 4 });
    const { body } = await bob.call('GET', `/rooms/${roomId}/messages`);
    return (body as { items: { text: string }[] }).items.map(({ text }) => text);
  };

  it('goes on when the schema is expanded under it, and starts anew on the expanded one', async () => {
    const running = await startWholeApp('upgrade', env);
    try {
      expect(await useIt(running.url)).toEqual(['first, corrected', 'second']);
      await expand();
      expect(await useIt(running.url)).toEqual(['first, corrected', 'second']);
    } finally {
      await running.close();
    }
    const startedLater = await startWholeApp('upgrade', env);
    try {
      expect(await useIt(startedLater.url)).toEqual(['first, corrected', 'second']);
    } finally {
      await startedLater.close();
    }
  });

  it('refuses to start on a schema that was contracted since, by one message', async () => {
    await expand();
    await laterReleaseBrings('9002_less.sql', 'ALTER TABLE users DROP COLUMN IF EXISTS display_name', '9001');
    await expect(startWholeApp('upgrade', env)).rejects.toThrow(
      /^The database has the migration directory\/9002_less, which this release doesn't know: it takes a release with the directory migration 9001, and this one ends with \d{4}\. Start that release or a newer one\.$/,
    );
  });
});
