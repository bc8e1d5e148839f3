// PgBouncer in front of a Postgres, in transaction mode: consecutive transactions of one client may run on different connections.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../toolchain/load-typescript.mjs';
import { findProgram, installPackages, mayInstall } from './programs.mjs';
import { freePort, startServer } from './server.mjs';

const { asAccount, serverAccount } = load('./libs/database/src/adapters/embedded/server-account.ts');

/** Makes sure there is a PgBouncer and resolves with its path. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = findProgram(['pgbouncer']);
  if (found) return found;
  if (!mayInstall()) {
    throw new Error(
      'No pgbouncer found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y pgbouncer). On macOS: brew install pgbouncer.',
    );
  }
  await installPackages(['pgbouncer']);
  const installed = findProgram(['pgbouncer']);
  if (!installed) throw new Error('apt-get installed pgbouncer, but no pgbouncer is on the PATH.');
  return installed;
}

/**
 * Starts one in front of the server of `url`, with as few connections as `poolSize`. `settings.POOLER_HOST` of what it resolves with is where it
 * listens; every database of that server is to be had there.
 */
export async function start({ folder, url, port, poolSize = 4 }) {
  const { hostname, port: serverPort, username } = new URL(url);
  const at = port ?? (await freePort());
  mkdirSync(folder, { recursive: true });
  // As root it runs as another user, who has to get in.
  chmodSync(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort} user=${username}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${at}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      `default_pool_size = ${poolSize}`,
      // What the driver sends when it connects and a pooled connection cannot have of its own: it is set for the role or database instead.
      'ignore_startup_parameters = extra_float_digits, options, statement_timeout',
      '',
    ].join('\n'),
    { mode: 0o644 },
  );
  // It refuses to run as root.
  const server = await startServer({
    name: 'pgbouncer',
    command: await provision(),
    args: [file],
    folder,
    port: at,
    options: { ...asAccount(serverAccount()), cwd: '/' },
    stopSignal: 'SIGINT',
  });
  return { ...server, settings: { POOLER_HOST: `127.0.0.1:${at}` } };
}
