import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type RestClient } from './rest-client';

const WRITE_EVERY_MS = 100;
const READ_EVERY_MS = 20;
const WRITE_LIMIT_MS = 60_000;

/** How reading went. */
export interface FreshReadsReport {
  readonly reads: number;
  /** Answers that did not hold what the reader had seen already. */
  readonly stale: number;
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

/** Somebody who writes to a room, and somebody who reads its history all the time, each time at least as far as that was acknowledged. */
export class FreshReads {
  private isOver = false;
  private acked = 0;
  private reads = 0;
  private stale = 0;
  private slowestMs = 0;
  private readonly failures: string[] = [];
  private readonly done: Promise<unknown>;

  private constructor(
    private readonly writer: RestClient,
    private readonly reader: RestClient,
    private readonly roomId: string,
  ) {
    this.done = Promise.all([this.write(), this.read()]);
    // Told by `stop`, at the latest.
    this.done.catch(() => undefined);
  }

  static async start(writer: RestClient, reader: RestClient): Promise<FreshReads> {
    const { roomId } = await writer.createRoom({ kind: 'private', name: 'read at least so far', memberIds: [reader.userId] });
    return new FreshReads(writer, reader, roomId);
  }

  async stop(): Promise<FreshReadsReport> {
    this.isOver = true;
    await this.done;
    const { reads, stale, failures, slowestMs } = this;
    return { reads, stale, failures, slowestMs: Math.round(slowestMs) };
  }

  private async write(): Promise<void> {
    while (!this.isOver) {
      const message = { clientMsgId: randomUUID(), text: 'to be read at once' };
      const post = (): Promise<{ body: unknown }> => this.writer.call('POST', `/rooms/${this.roomId}/messages`, message);
      const { body } = await eventually(post, { timeoutMs: WRITE_LIMIT_MS, intervalMs: WRITE_EVERY_MS });
      this.acked = (body as { seq: number }).seq;
      await delay(WRITE_EVERY_MS);
    }
  }

  private async read(): Promise<void> {
    while (!this.isOver) {
      const { acked } = this;
      const begunMs = performance.now();
      try {
        const { body } = await this.reader.call('GET', `/rooms/${this.roomId}/messages?limit=1&atLeast=1.${String(acked)}`);
        if (Number((body as { cursor: string }).cursor.split('.')[1]) < acked) this.stale += 1;
      } catch (error) {
        this.failures.push(String(error));
      }
      this.reads += 1;
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begunMs);
      await delay(READ_EVERY_MS);
    }
  }
}
