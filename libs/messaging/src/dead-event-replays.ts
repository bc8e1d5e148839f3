import { type DeadEventHandling } from './event-handling';
import { type EventSource } from './event-source';

export interface DeadEventReplaysOptions {
  readonly handling: DeadEventHandling;
  readonly source: EventSource;
  /** Partitions that this process works on. */
  readonly partitions: () => readonly number[];
  readonly everyMs: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Looks for dead letters of one consumer group that an operator wants handled again. They are asked for by a mark in the database and not by a
 * call: nobody has to know which process runs a group, and what was asked survives the death of the one that does.
 */
export class DeadEventReplays {
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  constructor(private readonly options: DeadEventReplaysOptions) {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    }, options.everyMs).unref();
  }

  /** Resolves when nothing is being handled any more. Safe to call twice. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Never rejects: the next look comes. */
  private async look(): Promise<void> {
    const { handling, source, partitions, onError } = this.options;
    try {
      const own = partitions();
      if (own.length === 0) return;
      for (const place of await handling.asked(own)) await handling.replay(place, await source.at(place));
    } catch (error) {
      onError(error);
    }
  }
}
