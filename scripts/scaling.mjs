// npm run dev:scaling: the cluster on this machine, every app as a process of its own, with real servers and NGINX in front, until Ctrl-C or SIGTERM.
// However this process ends, the servers and the apps end with it. `npm run dev:scaling -- --help` lists the options.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { claim, table, writeClusterFile } from './scaling/cluster-file.mjs';
import { LogView } from './scaling/log-view.mjs';
import { readOptions, USAGE } from './scaling/options.mjs';
import { portsFrom, requireFree } from './scaling/ports.mjs';
import { watchOver } from './scaling/revival.mjs';
import { provision, start } from './servers/cluster.mjs';
import { isStale } from './toolchain/compiler.mjs';
import { runNode } from './toolchain/process.mjs';
import { ROOT } from './toolchain/swc.mjs';
import { webIsStale } from './toolchain/web.mjs';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
/** Ctrl-C reaches this process from the terminal and from npm, too. */
const SAME_SIGNAL_MS = 1_000;
const PARENT_EVERY_MS = 500;

const seconds = (since) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

async function build() {
  for (const [isDue, script] of [
    [isStale, 'build.mjs'],
    [webIsStale, 'build-web.mjs'],
  ]) {
    if (isDue() && (await runNode([join(ROOT, 'scripts', script)])) !== 0) throw new Error(`scripts/${script} failed.`);
  }
}

/** Before everything is up a signal ends this process at once, and with it all that has begun; then it stops everything in order, a second one at once. */
function onSignal(stop) {
  let first;
  const listen = (name) => {
    if (first !== undefined && performance.now() - first < SAME_SIGNAL_MS) return;
    if (first !== undefined || !stop.isReady) process.exit(128 + SIGNALS[name]);
    first = performance.now();
    void stop.run();
  };
  for (const name of Object.keys(SIGNALS)) process.on(name, () => listen(name));
  // The shell that npm puts in between passes no signal on: it is gone then, and npm with it.
  const parent = process.ppid;
  const isOrphan = () => process.ppid !== parent && first === undefined;
  if (process.env.npm_lifecycle_event) setInterval(() => isOrphan() && listen('SIGTERM'), PARENT_EVERY_MS).unref();
}

async function launch(options, view, since) {
  const { folder, port, host, gateways, chats, ha } = options;
  const { LOG_LEVEL = options.level, PUBLIC_URL } = process.env;
  const tell = (node) => {
    view.say(`${node.name} is ready after ${seconds(since)}`);
    view.follow(node);
  };
  await requireFree(port, host, 'the entry', 'set PORT');
  const entry = `http://localhost:${port}`;
  const env = { ...process.env, LOG_LEVEL, PUBLIC_URL: PUBLIC_URL || entry };
  const cluster = await start({ folder, port, host, publicUrl: entry, gateways, chats, ha, env, ports: portsFrom(options.firstPort), onStarted: tell });
  return { cluster, entry, gateways: cluster.settings.GATEWAYS.split(',') };
}

async function main(options) {
  const view = new LogView({ ...options, write: (line) => console.log(line), inColour: process.stdout.isTTY });
  // Nobody reads any more: that is no reason to end in disorder.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const stop = { isReady: false, run: undefined };
  onSignal(stop);
  await provision({ ha: options.ha, env: process.env });
  await build();
  const since = performance.now();
  const release = claim(options.folder);
  const { cluster, entry, gateways } = await launch(options, view, since);
  const publish = () => writeClusterFile(options.file, { entry, gateways, nodes: cluster.nodes });
  publish();
  const unwatch = watchOver(cluster.nodes, { isReviving: options.isReviving, tell: (text) => view.say(text), onChange: publish });
  stop.run = async () => {
    unwatch();
    rmSync(options.file, { force: true });
    view.say('stopping everything');
    await cluster.stop();
    view.close();
    release();
    process.exit(0);
  };
  stop.isReady = true;
  console.log(`\n${table(cluster.nodes)}\n`);
  view.say(`${entry} answers after ${seconds(since)}; ${options.file} lists the processes; Ctrl-C stops everything`);
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
