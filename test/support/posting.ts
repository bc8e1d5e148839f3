import { type RestClient } from './rest-client';

export const WRITERS = 10;

/** Posts over REST until told to stop; keeps what was acknowledged. A call that failed is repeated under its key, as any client would. */
export class Posting {
  readonly acknowledged = new Map<string, number>();
  readonly failures: string[] = [];
  private stopped = false;
  private readonly done: Promise<unknown>;

  constructor(
    private readonly client: RestClient,
    private readonly roomId: string,
  ) {
    this.done = Promise.all(Array.from({ length: WRITERS }, (_, writer) => this.write(writer)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  async expectStored(): Promise<void> {
    const log = await this.client.log(this.roomId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    const stored = log.filter(({ type }) => type === 'message.posted').map(({ data, seq }) => [String(data?.['clientMsgId']), seq] as const);
    expect(new Set(stored.map(([key]) => key)).size).toBe(stored.length);
    const seqs = new Map(stored);
    expect([...this.acknowledged].filter(([key, seq]) => seqs.get(key) !== seq)).toEqual([]);
  }

  private async write(writer: number): Promise<void> {
    for (let index = 0; !this.stopped;) {
      const key = `${String(writer)}-${String(index)}`;
      try {
        const { body } = await this.client.call('POST', `/rooms/${this.roomId}/messages`, { clientMsgId: key, text: key });
        this.acknowledged.set(key, (body as { seq: number }).seq);
        index++;
      } catch (error) {
        this.failures.push(String(error));
        await new Promise((next) => setTimeout(next, 50));
      }
    }
  }
}
