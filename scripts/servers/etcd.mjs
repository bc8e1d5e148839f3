// A real etcd, where Patroni keeps who is the primary: three members, so that it goes on when one is gone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, installPackages, mayInstall } from './programs.mjs';
import { freePort, isFree, startNode } from './server.mjs';

const HOST = '127.0.0.1';

/** Makes sure there is an etcd and resolves with its path. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = findProgram(['etcd']);
  if (found) return found;
  if (!mayInstall()) {
    throw new Error('No etcd found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y etcd-server). On macOS: brew install etcd.');
  }
  await installPackages(['etcd-server']);
  const installed = findProgram(['etcd']);
  if (!installed) throw new Error('apt-get installed etcd-server, but no etcd is on the PATH.');
  return installed;
}

/** Members know each other by their addresses, which are part of their data: those of the first start are kept. */
async function plan({ folder, nodes, takePort }) {
  const file = join(folder, 'members.json');
  if (existsSync(file)) {
    const members = JSON.parse(readFileSync(file, 'utf8'));
    for (const { name, port, peerPort } of members) {
      for (const at of [port, peerPort]) {
        if (!(await isFree(at))) throw new Error(`Port ${at} is in use, which ${name} has had since its first start. Stop what uses it, or remove ${folder}.`);
      }
    }
    return members;
  }
  const members = [];
  for (let index = 1; index <= nodes; index++) members.push({ name: `etcd-${index}`, port: await takePort(), peerPort: await takePort() });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(members));
  return members;
}

async function isHealthy(port) {
  const answer = await fetch(`http://${HOST}:${port}/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  const { health } = (await answer?.json().catch(() => undefined)) ?? {};
  return health === 'true';
}

/** Whether it can be had with the older interface beside the newer one, which alone is left from etcd 3.6 on. */
function hasOlderApi(command) {
  const { stdout, stderr } = spawnSync(command, ['--help'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.includes('--enable-v2');
}

function launch(command, member, members, folder) {
  const { name, port, peerPort } = member;
  const [clients, peers] = [`http://${HOST}:${port}`, `http://${HOST}:${peerPort}`];
  const options = {
    name,
    'data-dir': join(folder, name, 'data'),
    'listen-client-urls': clients,
    'advertise-client-urls': clients,
    'listen-peer-urls': peers,
    'initial-advertise-peer-urls': peers,
    'initial-cluster': members.map((each) => `${each.name}=http://${HOST}:${each.peerPort}`).join(','),
    'auto-compaction-retention': '1',
    ...(hasOlderApi(command) ? { 'enable-v2': 'true' } : {}),
    logger: 'zap',
    'log-level': 'warn',
  };
  const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  return startNode({ name, command, args, folder: join(folder, name), port, ready: () => isHealthy(port) });
}

/** Starts `nodes` members; `settings.ETCD_HOSTS` of what it resolves with are their addresses, `ETCD_API` says which interface Patroni is to use. */
export async function start({ folder, nodes = 3, takePort = freePort }) {
  const command = await provision();
  const members = await plan({ folder, nodes, takePort });
  const started = await Promise.allSettled(members.map((member) => launch(command, member, members, folder)));
  const running = started.flatMap(({ value }) => value ?? []);
  const stop = async () => {
    await Promise.all(running.map((node) => node.stop()));
  };
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const settings = { ETCD_HOSTS: members.map(({ port }) => `${HOST}:${port}`).join(','), ETCD_API: hasOlderApi(command) ? 'etcd' : 'etcd3' };
  return { name: 'etcd', nodes: running, settings, stop };
}
