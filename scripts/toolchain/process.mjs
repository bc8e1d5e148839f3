// Runs other programs for the scripts: in the foreground, with signals passed on and the exit code handed back.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './swc.mjs';

/** The path of a program that a package of node_modules brings. */
export function tool(name, path) {
  return join(ROOT, 'node_modules', name, path);
}

/** Runs a program to its end and resolves with its exit code, 128 + n for a signal n, as a shell would report it. */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  // A terminal sends Ctrl-C to the whole foreground group: passing it on as well would look like a second one.
  const forward = (signal) => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      done(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0));
    });
  });
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a Node program with this very Node. */
export function runNode(args, options = {}) {
  return run(process.execPath, args, options);
}
