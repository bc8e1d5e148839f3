import { type LoggedEvent } from '@agent-chat/load';
import { type RestClient } from './rest-client';

/** An event stream, read by hand; keeps the room events and the last id. */
export class SseClient {
  readonly events: LoggedEvent[] = [];
  readonly frames: { readonly name: string; readonly body: unknown }[] = [];
  lastId = '';
  private readonly abort = new AbortController();
  private done: Promise<void> = Promise.resolve();

  static async open(rest: RestClient, query: string, lastId?: string): Promise<SseClient> {
    const client = new SseClient();
    const answer = await fetch(`${rest.url}/api/v1/events${query}`, {
      headers: { authorization: `Bearer ${rest.credentials?.accessToken ?? ''}`, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
      signal: client.abort.signal,
    });
    if (answer.status !== 200 || answer.body === null) throw new Error(`${String(answer.status)} ${await answer.text()}`);
    client.done = client.read(answer.body).catch(() => undefined);
    return client;
  }

  /** Resolves when an event of the room with this seq was seen. */
  async until(roomId: string, seq: number, timeoutMs = 20_000): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (!this.events.some((event) => event.roomId === roomId && event.seq >= seq)) {
      if (performance.now() > deadlineMs)
        throw new Error(`${String(seq)} did not come: ${JSON.stringify(this.events.at(-1))} ${JSON.stringify(this.frames.slice(0, 3))}`);
      await new Promise((next) => setTimeout(next, 10));
    }
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.done;
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let buffered = '';
    for await (const chunk of body) {
      buffered += decoder.decode(chunk, { stream: true });
      const blocks = buffered.split('\n\n');
      buffered = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const));
    const data = fields.get('data');
    if (fields.has('id')) this.lastId = fields.get('id') ?? '';
    if (data === undefined) return;
    const name = fields.get('event') ?? 'message';
    const body: unknown = JSON.parse(data);
    if (name === 'events') this.events.push(...(body as LoggedEvent[]));
    else this.frames.push({ name, body });
  }
}
