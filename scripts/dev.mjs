// npm run dev: the standalone, compiled and started again after each change. Postgres stays up in between, and what was stored stays too.
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { compile, isStale } from './toolchain/compiler.mjs';
import { startDevDatabase } from './toolchain/dev-database.mjs';
import { untilReady } from './toolchain/ready.mjs';
import { ROOT } from './toolchain/swc.mjs';

const ENTRY = join(ROOT, 'dist/apps/standalone/main.js');
/** An editor writes a file in several steps. */
const SETTLE_MS = 40;
/** A watcher can miss a file in a folder that was just made; looking costs milliseconds. */
const LOOK_AGAIN_MS = 1_000;
/** The drain of a deploy would only cost time here, and nothing that was acknowledged is lost by a kill. */
const GRACE_MS = 300;

const log = (text) => console.log(`\u001b[36mdev\u001b[0m ${text}`);
let child;
let stopping = false;
let building = false;
let timer;
/** What could not be compiled is tried again and again, but told once. */
let lastError;

async function stopChild() {
  const current = child;
  child = undefined;
  if (current === undefined || current.exitCode !== null || current.signalCode !== null) return;
  const gone = new Promise((done) => current.once('exit', done));
  current.kill('SIGTERM');
  const impatience = setTimeout(() => current.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(impatience);
}

function startChild(since) {
  if (!existsSync(ENTRY)) return log('nothing was compiled yet: waiting for a change');
  const started = spawn(process.execPath, ['--enable-source-maps', ENTRY], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...database.env },
  });
  child = started;
  started.once('exit', (code, signal) => {
    if (child !== started || stopping) return;
    child = undefined;
    log(`the standalone ended (${signal ?? code}): waiting for a change`);
  });
  void untilReady({ host: process.env.HOST, port: process.env.PORT, isAlive: () => child === started }).then((ready) => {
    if (ready) log(`running ${Math.round(performance.now() - since)} ms after the change was seen`);
  });
}

/** One at a time; a change during a build is found by the next look. */
async function rebuild() {
  if (building || stopping || !isStale()) return;
  building = true;
  const since = performance.now();
  try {
    const { compiled } = await compile();
    log(`compiled ${compiled} file${compiled === 1 ? '' : 's'} in ${Math.round(performance.now() - since)} ms`);
    lastError = undefined;
    await stopChild();
    startChild(since);
  } catch (error) {
    if (error.message !== lastError) log(error.message);
    lastError = error.message;
  } finally {
    building = false;
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => void rebuild(), SETTLE_MS);
}

async function stop() {
  if (stopping) return;
  stopping = true;
  await stopChild();
  await database.stop();
  process.exit(0);
}

const since = performance.now();
await compile().catch((error) => log(error.message));
const database = await startDevDatabase(log).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());
startChild(since);
for (const folder of ['apps', 'libs']) watch(join(ROOT, folder), { recursive: true }, soon);
setInterval(() => void rebuild(), LOOK_AGAIN_MS);
