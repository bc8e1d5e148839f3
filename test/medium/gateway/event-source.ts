import { get, type IncomingMessage } from 'node:http';

/** Whatever was parsed. */
export type Json = ReturnType<typeof JSON.parse>;

export interface SseEvent {
  readonly name: string;
  readonly data: Json;
  readonly id: string | undefined;
}

/** A raw event stream that writes down what it gets. */
export class EventStreamClient {
  readonly received: SseEvent[] = [];
  lastId: string | undefined;
  isClosed = false;
  private buffer = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => this.take(chunk));
    response.on('close', () => (this.isClosed = true));
    response.on('error', () => undefined);
  }

  static async open(url: string, headers: Record<string, string>): Promise<EventStreamClient> {
    return new Promise((resolve, reject) => {
      get(url, { headers }, (response) => resolve(new EventStreamClient(response))).on('error', reject);
    });
  }

  seqs(roomId: string): number[] {
    return this.of('events')
      .flat()
      .filter((event) => event.roomId === roomId)
      .map(({ seq }) => seq);
  }

  of(name: string): Json[] {
    return this.received.filter((event) => event.name === name).map(({ data }) => data);
  }

  close(): void {
    this.response.destroy();
  }

  private take(chunk: string): void {
    const blocks = (this.buffer + chunk).split('\n\n');
    this.buffer = blocks.pop() ?? '';
    for (const block of blocks) this.read(block);
  }

  private read(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    const id = fields.get('id');
    if (id !== undefined) this.lastId = id;
    const data = fields.get('data');
    if (data !== undefined) this.received.push({ name: fields.get('event') ?? 'message', data: JSON.parse(data), id });
  }
}
