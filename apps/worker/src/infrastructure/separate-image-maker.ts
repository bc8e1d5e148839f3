import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { BrokenImageError, ImageMaker, type MadeImage } from '../application/image-maker';
import { type ImageAnswer, type ImageTask } from './image-task';

const PROGRAM = join(__dirname, 'image-maker.process.js');
/** Longer than all that is made of one image may take, each by itself. */
const TIMEOUT_MS = 30 * 60_000;
/** What worked on large images gives its memory back by ending. */
const IDLE_MS = 60_000;

/** How it is done. */
export interface SeparateOptions {
  /** What the process runs. */
  readonly program?: string;
  /** How long the process stays without work. */
  readonly idleMs?: number;
  /** What each picture may take, of the clock. */
  readonly seconds?: number;
  /** After so long without an answer the process is ended. */
  readonly timeoutMs?: number;
}

/**
 * Smaller pictures made in a process of their own, one image at a time. It gives way to whoever answers people, and an image that brings it down takes nothing
 * else along: then `make` rejects, and the next image gets a new process. It is started when it is needed, and ends when it isn't, or when this process does.
 */
export class SeparateImageMaker extends ImageMaker {
  private child: ChildProcess | undefined;
  private idle: NodeJS.Timeout | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly maxPixels: number,
    private readonly options: SeparateOptions = {},
  ) {
    super();
  }

  /** Of the process that works on images; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  override async make(image: Buffer): Promise<MadeImage> {
    return (await this.inTurn('variants', image)) as MadeImage;
  }

  override async makeAvatar(image: Buffer, signal?: AbortSignal): Promise<Buffer> {
    return (await this.inTurn('avatar', image, signal)) as Buffer;
  }

  private inTurn(wanted: ImageTask['wanted'], image: Buffer, signal?: AbortSignal): Promise<MadeImage | Buffer> {
    const made = this.turn.then(() => {
      signal?.throwIfAborted();
      return this.makeOne(wanted, image);
    });
    this.turn = made.catch(() => undefined);
    return made;
  }

  private async makeOne(wanted: ImageTask['wanted'], image: Buffer): Promise<MadeImage | Buffer> {
    clearTimeout(this.idle);
    this.child ??= this.start();
    const answer = await this.askChild(this.child, { wanted, image, maxPixels: this.maxPixels, seconds: this.options.seconds });
    this.idle = setTimeout(() => this.end(), this.options.idleMs ?? IDLE_MS).unref();
    if ('broken' in answer) throw new BrokenImageError(answer.broken);
    if ('failed' in answer) throw new Error(answer.failed);
    return answer.made;
  }

  /** One that gave no answer is of no use any more. */
  private async askChild(child: ChildProcess, task: ImageTask): Promise<ImageAnswer> {
    try {
      return await ask(child, task, this.options.timeoutMs ?? TIMEOUT_MS);
    } catch (error) {
      child.kill('SIGKILL');
      if (this.child === child) this.child = undefined;
      throw error;
    }
  }

  private end(): void {
    const { child } = this;
    this.child = undefined;
    child?.disconnect();
  }

  /** What reads strangers' images has no settings, and so no secrets, in its environment. */
  private start(): ChildProcess {
    const child = fork(this.options.program ?? PROGRAM, [], {
      env: {},
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const forget = (): void => {
      if (this.child === child) this.child = undefined;
    };
    child.once('exit', forget).once('error', forget);
    // Alone it keeps nobody from ending.
    child.unref();
    child.channel?.unref();
    return child;
  }
}

/** Rejects when the process can't be started, ends, or says nothing for too long, which ends it. */
function ask(child: ChildProcess, task: ImageTask, timeoutMs: number): Promise<ImageAnswer> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const settle = (act: () => void): void => {
      clearTimeout(late);
      child.off('message', answered).off('exit', ended).off('error', failed);
      act();
    };
    const answered = (answer: ImageAnswer): void => settle(() => resolve(answer));
    const ended = (code: number | null, signal: string | null): void => {
      settle(() => reject(new Error(`The process that works on images ended with ${String(signal ?? code)}`)));
    };
    const failed = (error: Error): void => settle(() => reject(error));
    child.once('message', answered).once('exit', ended).once('error', failed);
    try {
      child.send(task, (error) => {
        if (error !== null) failed(error);
      });
    } catch (error) {
      // It could not even be started.
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
