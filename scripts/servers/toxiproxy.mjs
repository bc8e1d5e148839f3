// A network that can be disturbed: Toxiproxy between a process and the servers that it talks to.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../toolchain/process.mjs';
import { findProgram, isExecutable, toolFolder, withLock } from './programs.mjs';
import { freePort, startServer } from './server.mjs';

const MODULE = 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0';
const NAME = 'toxiproxy-server';
const GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin'];

function built(folder = toolFolder()) {
  return join(folder, 'bin', NAME);
}

function find() {
  return findProgram([NAME]) ?? [built(toolFolder(true)), built(toolFolder(false))].find(isExecutable);
}

/** The program appears only when it is complete. */
async function build(go) {
  const target = built();
  await withLock(`${target}.lock`, async () => {
    if (isExecutable(target)) return;
    mkdirSync(dirname(target), { recursive: true });
    const work = mkdtempSync(join(dirname(target), 'building-'));
    try {
      const code = await run(go, ['install', MODULE], { env: { ...process.env, GOBIN: work }, cwd: work, stdio: ['ignore', process.stderr, 'inherit'] });
      if (code !== 0) throw new Error(`go install ${MODULE} failed with exit code ${code}. It needs a proxy for Go modules within reach.`);
      renameSync(join(work, 'server'), target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** Makes sure there is a Toxiproxy and resolves with its path. Rejects with the commands to run where it can't build one. Safe to run twice at once. */
export async function provision() {
  const found = find();
  if (found) return found;
  const go = findProgram(['go'], GO_FOLDERS);
  if (!go) {
    throw new Error(
      `No ${NAME} found, and no Go to build it with. Install Go, then run: npm run provision (or: GOBIN=/tmp go install ${MODULE} && sudo mv /tmp/server /usr/local/bin/${NAME})`,
    );
  }
  await build(go);
  return find();
}

async function answers(url) {
  const answer = await fetch(`${url}/version`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  return answer?.ok === true;
}

/** Adds a way through the network: what connects to `listen` reaches `upstream`. */
export async function addWay(url, { name, listen, upstream }) {
  const answer = await fetch(`${url}/proxies`, { method: 'POST', body: JSON.stringify({ name, listen, upstream, enabled: true }) });
  if (!answer.ok) throw new Error(`Toxiproxy refused the way ${name} from ${listen} to ${upstream}: ${await answer.text()}`);
}

/** Starts one without any way through it. `settings.TOXIPROXY_URL` of what it resolves with is where it is told what to do. */
export async function start({ folder, port }) {
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const args = ['-host', '127.0.0.1', '-port', String(at)];
  const server = await startServer({ name: 'toxiproxy', command: await provision(), args, folder, port: at, ready: () => answers(url) });
  return { ...server, settings: { TOXIPROXY_URL: url } };
}
