// The frame in which the real servers of tests and of the development loop run: started as a child, waited for, stopped by its process id.
// A server never outlives the process that started it, however that one ends.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signalContainer } from './containers.mjs';

const POLL_MS = 50;
const LOG_TAIL_LINES = 20;
const LONG_LOG_BYTES = 16 * 1_024 * 1_024;

const FIRST_PORT = 10_000;
const LAST_PORT = 31_999;
const given = new Set();

/** Whether one could listen there. */
export function isFree(port, host = '127.0.0.1') {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false)).listen(port, host, () => server.close(() => done(true)));
  });
}

/**
 * A port that nothing listens on, never the same twice. Below those that the system gives to outgoing connections: one of these may take a port while its
 * server is down, which then could not come back.
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

/** Whether something accepts connections there. */
export function accepts(port, host = '127.0.0.1') {
  return new Promise((done) => {
    const socket = connect({ port, host });
    const end = (answer) => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/**
 * Has a shell run `command` when this process is gone, also by SIGKILL: it waits for the end of a pipe that only this process holds open.
 * Returns what calls it off.
 */
export function onDeath(command) {
  const watcher = spawn('sh', ['-c', `cat >/dev/null; ${command}`], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  watcher.stdin.unref?.();
  return () => watcher.kill('SIGKILL');
}

/** The file that a server is about to append its log to, and where it will begin; a long one is put aside. */
function openLog(log) {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LONG_LOG_BYTES) renameSync(log, `${log}.1`);
  return { output: openSync(log, 'a'), logFrom: size > LONG_LOG_BYTES ? 0 : size };
}

function tail({ log, logFrom }) {
  return readFileSync(log).subarray(logFrom).toString().trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

function isAlive(child) {
  return child.exitCode === null && child.signalCode === null;
}

function signal(child, name, container) {
  if (!isAlive(child)) return;
  // Docker's client passes on neither a crash nor a pause.
  if (container !== undefined && signalContainer(container, name)) return;
  // `child.kill` reports a process that is gone with false; it never hits another one that got its id.
  child.kill(name);
}

async function untilReady({ name, ready, child, readyLimitMs, log, logFrom }) {
  const told = () => `The last lines of ${log}:\n${tail({ log, logFrom })}`;
  const deadline = performance.now() + readyLimitMs;
  for (;;) {
    if (!isAlive(child)) throw new Error(`${name} ended while it started. ${told()}`);
    if (await ready()) return;
    if (performance.now() > deadline) throw new Error(`${name} was not ready after ${readyLimitMs} ms. ${told()}`);
    await delay(POLL_MS);
  }
}

/** A running server. `stop` asks it to end and insists after `stopLimitMs`; `kill` is a crash, `pause` a machine that stands still. */
function handleOf({ name, child, ended, port, log, logFrom, stopSignal, stopLimitMs, container }) {
  const send = (signalName) => signal(child, signalName, container);
  const end = async (signalName, limitMs) => {
    send(signalName);
    // A process that stands still cannot obey.
    send('SIGCONT');
    const insist = setTimeout(() => send('SIGKILL'), limitMs);
    await ended;
    clearTimeout(insist);
    return child.exitCode;
  };
  return {
    name,
    pid: child.pid,
    port,
    log,
    logFrom,
    ended,
    isAlive: () => isAlive(child),
    stop: () => end(stopSignal, stopLimitMs),
    kill: () => end('SIGKILL', stopLimitMs),
    pause: () => send('SIGSTOP'),
    resume: () => send('SIGCONT'),
  };
}

/**
 * Starts a program and resolves with its handle once `ready()` answers true (by default: once `port` accepts connections).
 * Rejects with the end of its log if it ends before or is not ready in time; then nothing is left running.
 * `folder` gets `<name>.log`; `options` are those of `spawn` (`uid`, `gid`, `env`, `cwd`). `container` names the one that the program is run in, if it is.
 */
export async function startServer({
  name,
  command,
  args,
  folder,
  port,
  ready,
  options = {},
  readyLimitMs = 60_000,
  stopSignal = 'SIGTERM',
  stopLimitMs = 10_000,
  onSpawn,
  container,
}) {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.log`);
  const { output, logFrom } = openLog(log);
  // A group of its own: Ctrl-C in the terminal is for the process that started it, which then stops its servers in order.
  const child = spawn(command, args, { cwd: folder, ...options, stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  const ended = new Promise((done) => child.once('exit', () => done()));
  await new Promise((done, fail) => child.once('spawn', done).once('error', fail));
  const callOff = onDeath(container === undefined ? `kill -9 ${child.pid}` : `'${container.docker}' kill ${container.name}; kill -9 ${child.pid}`);
  ended.then(callOff);
  child.unref();
  const handle = handleOf({ name, child, ended, port, log, logFrom, stopSignal, stopLimitMs, container });
  onSpawn?.(handle);
  try {
    await untilReady({ name, ready: ready ?? (() => accepts(port)), child, readyLimitMs, log, logFrom });
    return handle;
  } catch (error) {
    await handle.kill();
    throw error;
  }
}

/**
 * A server that can be started again at the same place after it ended, however it did. `launch` is what `startServer` takes.
 * `start` does nothing for one that runs; `ended` settles when the process that runs now has ended.
 */
export async function startNode(launch) {
  let running;
  let starting;
  // From its spawn on, not from its readiness: one that never gets ready can be stopped, too.
  const begin = () => startServer({ ...launch, onSpawn: (handle) => (running = handle) });
  const start = async () => {
    if (starting === undefined && running?.isAlive()) return;
    starting ??= begin().finally(() => (starting = undefined));
    await starting;
  };
  await start();
  return {
    name: launch.name,
    port: launch.port,
    log: running.log,
    /** Where in the log its first start begins. */
    logFrom: running.logFrom,
    get pid() {
      return running.pid;
    },
    get ended() {
      return running.ended;
    },
    isAlive: () => running.isAlive(),
    start,
    stop: () => running.stop(),
    kill: () => running.kill(),
    pause: () => running.pause(),
    resume: () => running.resume(),
    restart: async () => {
      await running.kill();
      await start();
    },
  };
}
