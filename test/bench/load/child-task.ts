import { TaskProcess } from '@agent-chat/load';
import { fork } from 'node:child_process';
import { join, resolve } from 'node:path';

const RUNNER = resolve(__dirname, '../../../scripts/toolchain/run-typescript.mjs');

export type ChildTask = TaskProcess;

/** Starts a TypeScript file of this folder as a process that answers questions. */
export function startTask(file: string, nodeArguments: readonly string[] = []): ChildTask {
  // What it prints goes to stderr: stdout is for figures.
  return new TaskProcess(fork(RUNNER, [join(__dirname, file)], { execArgv: [...nodeArguments], stdio: ['ignore', 2, 2, 'ipc'] }));
}
