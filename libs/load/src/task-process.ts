import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

interface Question {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Reply = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });
type Message = Reply | { readonly notice: unknown };

/** A process of its own, so that what measures takes no time from what is measured. It answers by `serveTasks`. */
export class TaskProcess<Notice = never> {
  onNotice: (notice: Notice) => void = () => undefined;
  private readonly waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  private asked = 0;

  /** `child`: forked, with a channel. */
  constructor(private readonly child: ChildProcess) {
    child.on('message', (message: Message) => {
      if ('notice' in message) this.onNotice(message.notice as Notice);
      else this.answered(message);
    });
    child.on('exit', (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`The process ended with ${String(code ?? signal)}`));
      this.waiting.clear();
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves with the answer; rejects with the task's error, or when the process ends before. */
  ask<Result>(name: string, input: unknown = {}): Promise<Result> {
    if (this.hasEnded) return Promise.reject(new Error('The process has ended'));
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.child.send({ id, name, input } satisfies Question, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private answered(reply: Reply): void {
    const waiter = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiter?.reject(new Error(reply.error));
    else waiter?.resolve(reply.result);
  }
}

/** The other side of `TaskProcess`: one function a question. */
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
  // Ctrl-C reaches every process of a terminal: the one that asked decides when the others end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}

/** Tells the asking process something that it did not ask for. */
export function notify(notice: unknown): void {
  // One that has gone is told nothing more: this process ends with it.
  process.send?.({ notice }, undefined, undefined, () => undefined);
}
