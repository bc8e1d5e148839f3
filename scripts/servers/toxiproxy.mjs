// A network that can be disturbed: Toxiproxy between a process and the servers that it talks to.
import { provisionGoProgram } from './go-programs.mjs';
import { freePort, startServer } from './server.mjs';

const MODULE = 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0';
const NAME = 'toxiproxy-server';

/** Makes sure there is a Toxiproxy and resolves with its path. Rejects with the commands to run where it can't build one. Safe to run twice at once. */
export async function provision() {
  return provisionGoProgram({ name: NAME, module: MODULE, binary: 'server' });
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
