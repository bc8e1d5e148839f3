import { type LoggedEvent } from '@agent-chat/load';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { DatabaseBackup } from '../support/database-backup';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

jest.setTimeout(120_000);

describe('a database that is restored from a backup under a running process', () => {
  let empty: TestDatabase | undefined;
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;

  beforeAll(async () => {
    // A cluster brings databases of its own.
    empty = process.env['TEST_POSTGRES_URL'] === undefined ? undefined : await createTestDatabase('restore');
    system = await startSystem(empty === undefined ? {} : { DATABASE_URL: empty.url }, 'own');
    [alice, bob] = [await RestClient.register(system.url, 'alice'), await RestClient.register(system.otherUrl, 'bob')];
  });
  afterAll(async () => {
    await system.remove();
    await empty?.drop();
  });

  const post = async (roomId: string, text: string): Promise<{ messageId: string; seq: number }> => {
    const key = randomUUID();
    return eventually(async () => (await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: key, text })).body as never, {
      timeoutMs: 20_000,
    });
  };
  const posted = (events: readonly LoggedEvent[]) =>
    events.filter(({ type }) => type === 'message.posted').map(({ data }) => [data?.['messageId'], data?.['text']]);

  it('is seen by the next command: its rooms get a new epoch, nothing acknowledged that the log still has is lost, and readers start anew (P29)', async () => {
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'restored', memberIds: [bob.userId] });
    const kept = await post(roomId, 'in the backup');
    const backups = system.roomDatabases.map((url) => new DatabaseBackup(url));
    for (const backup of backups) await backup.take();
    const lost = [await post(roomId, 'after it, 1'), await post(roomId, 'after it, 2')];
    const reader = await SocketClient.connect(bob);
    const { cursor } = await reader.subscribe(roomId);
    for (const backup of backups) await backup.restore();

    const next = await post(roomId, 'after the restore');

    await eventually(() => expect(reader.frames.filter(({ name }) => name === 'resync').map(({ body }) => body)).toEqual([{ roomId, reason: 'restored' }]));
    await expect(bob.log(roomId, cursor)).rejects.toMatchObject({ code: 'RESYNC_REQUIRED' });
    const { head, cursor: now } = await reader.subscribe(roomId);
    const epoch = Number(now.split('.')[0]);
    expect(epoch).toBeGreaterThan(1_600_000_000);
    const log = await bob.log(roomId, `${String(epoch)}.0`);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
    expect(posted(log)).toEqual([
      [kept.messageId, 'in the backup'],
      [lost[0]?.messageId, 'after it, 1'],
      [lost[1]?.messageId, 'after it, 2'],
      [next.messageId, 'after the restore'],
    ]);
    reader.close();
  });
});
