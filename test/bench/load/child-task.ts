import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const RUNNER = resolve(__dirname, '../../../scripts/toolchain/run-typescript.mjs');

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Reply = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

/** A process of its own, so that what measures takes no time from what is measured. It answers by `serveTasks`. */
export class ChildTask {
  private readonly waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  private asked = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: Reply) => {
      const waiter = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ('error' in reply) waiter?.reject(new Error(reply.error));
      else waiter?.resolve(reply.result);
    });
    child.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`The process ended with ${String(code ?? signal)}`));
      this.waiting.clear();
    });
  }

  /** Starts a TypeScript file of this folder. */
  static start(file: string, nodeArguments: readonly string[] = []): ChildTask {
    // What it prints goes to stderr: stdout is for figures.
    return new ChildTask(fork(RUNNER, [join(__dirname, file)], { execArgv: [...nodeArguments], stdio: ['ignore', 2, 2, 'ipc'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  ask<Result>(name: string, input: unknown = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.child.send({ id, name, input } satisfies Question);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }
}

/** The other side of `ChildTask`: one function a question. */
export function serveTasks(tasks: Readonly<Record<string, (input: never) => unknown>>): void {
  const answer = async ({ name, input }: Question): Promise<unknown> => {
    const task = tasks[name];
    if (task === undefined) throw new Error(`There is no task ${name}`);
    return task(input as never);
  };
  process.on('message', (question: Question) => {
    answer(question).then(
      (result) => process.send?.({ id: question.id, result: result ?? null } satisfies Reply),
      (error: unknown) => process.send?.({ id: question.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Reply),
    );
  });
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}
