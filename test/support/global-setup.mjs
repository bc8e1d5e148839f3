// Starts the one real Postgres that all suites of a Jest run share and leaves its address in TEST_POSTGRES_URL. Each suite makes databases of its own in it.
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/servers/server.mjs';
import { load } from '../../scripts/toolchain/load-typescript.mjs';

const EMBEDDED = './libs/database/src/adapters/embedded';

/** Nothing here outlives the run, so durability is traded for speed; suites about durability start a server of their own. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300', shared_buffers: '128MB', max_wal_size: '1GB' };

/** A folder that belongs to the account which the server runs as. As root that is another user, who has to pass through. */
async function makeFolder(account) {
  const folder = await mkdtemp(join(tmpdir(), 'agent-chat-test-'));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  if (account) await chown(data, account.uid, account.gid);
  return { folder, data };
}

export default async function setup() {
  if (process.env.TEST_POSTGRES_URL) return;
  const { asAccount, serverAccount } = load(`${EMBEDDED}/server-account.ts`);
  const { findBinaries } = load(`${EMBEDDED}/binaries.ts`);
  const { ServerProcess } = load(`${EMBEDDED}/server-process.ts`);
  const account = serverAccount();
  const { initdb, postgres } = findBinaries(account);
  const { folder, data } = await makeFolder(account);
  const parameters = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions'];
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  await promisify(execFile)(initdb, [...parameters, ...locale], { ...asAccount(account), cwd: folder });
  const port = await freePort();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const server = new ServerProcess({ postgres, data, port, account, logFile: join(folder, 'server.log'), settings: SETTINGS });
  await server.whenReady(url);
  process.env.TEST_POSTGRES_URL = url;
  globalThis.testPostgres = { server, folder };
}
