import { type Letter } from './envelope';

/** How sending ended: `sent`, or an error and whether it certainly reached nobody. */
export type SendOutcome = 'sent' | 'refused' | 'unknown';

export interface OutboxOptions {
  /** Never rejects. */
  readonly send: (letters: readonly Letter[]) => Promise<SendOutcome>;
  readonly onIdle: () => void;
}

const MAX_LETTERS = 200;
const MAX_LENGTH = 512 * 1024;
const MAX_WAITING_LENGTH = 16 * 1024 * 1024;

interface Waiting {
  readonly letter: Letter;
  readonly settle: (outcome: SendOutcome) => void;
}

/**
 * What waits for one gateway. One envelope is under way at a time, so that nothing (a redirection in a Cluster, a new connection) can
 * change the order, and whatever came meanwhile goes with the next: the busier, the larger the envelopes.
 */
export class Outbox {
  private waiting: Waiting[] = [];
  private waitingLength = 0;
  private isSending = false;

  constructor(private readonly options: OutboxOptions) {}

  /** Resolves when the letter was sent, or is certainly or perhaps lost. A full outbox refuses. */
  put(letter: Letter): Promise<SendOutcome> {
    if (this.waitingLength + letter.message.length > MAX_WAITING_LENGTH && this.waiting.length > 0) return Promise.resolve('refused');
    this.waitingLength += letter.message.length;
    const settled = new Promise<SendOutcome>((settle) => this.waiting.push({ letter, settle }));
    if (!this.isSending) {
      this.isSending = true;
      // In the next macrotask, with what else this one brings.
      setImmediate(() => void this.drain());
    }
    return settled;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.take();
      const outcome = await this.options.send(batch.map(({ letter }) => letter));
      for (const { settle } of batch) settle(outcome);
    }
    this.isSending = false;
    this.options.onIdle();
  }

  private take(): Waiting[] {
    let length = 0;
    let count = 0;
    for (const { letter } of this.waiting) {
      length += letter.message.length;
      if (count > 0 && (count === MAX_LETTERS || length > MAX_LENGTH)) break;
      count++;
    }
    const batch = this.waiting.slice(0, count);
    this.waiting = this.waiting.slice(count);
    for (const { letter } of batch) this.waitingLength -= letter.message.length;
    return batch;
  }
}
