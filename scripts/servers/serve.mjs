// Runs the servers of `scripts/servers/<name>.mjs` for a process that cannot import them itself (a spec, whose modules are CommonJS).
// node scripts/servers/serve.mjs <name> <options as JSON>
// With an IPC channel it tells what it started, then does what it is told, until the channel closes.
// Without one it prints the handle as one line of JSON and stops the servers when its standard input ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [name, options] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), `agent-chat-${name}-`));
const { start } = await import(`./${name}.mjs`);
const send = (message) => process.connected && process.send(message, () => undefined);

async function end(servers) {
  await servers?.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

function obey(servers) {
  const nodes = servers.nodes ?? [servers];
  process.on('message', async ({ id, at, verb }) => {
    try {
      const exitCode = await nodes[at][verb]();
      send({ id, pid: nodes[at].pid, ...(verb === 'stop' && { exitCode }) });
    } catch (error) {
      send({ id, error: error.message });
    }
  });
  process.once('disconnect', () => end(servers));
  send({ settings: servers.settings, nodes: nodes.map(({ name: called, port, pid, log }) => ({ name: called, port, pid, log })) });
}

try {
  const servers = await start({ folder, ...JSON.parse(options) });
  if (process.send) obey(servers);
  else {
    console.log(JSON.stringify(servers));
    process.stdin.resume().once('end', () => end(servers));
  }
} catch (error) {
  if (process.send) send({ error: error.message });
  else console.error(error.message);
  process.exitCode = 1;
  process.disconnect?.();
}
