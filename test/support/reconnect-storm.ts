import { type Fault } from './fault-load';
import { RestClient } from './rest-client';
import { SocketClient } from './socket-client';

/** Connections that one person may have. */
const A_PERSON = 500;
const ATTEMPTS = 20;

/** Many who are connected and subscribed, lose their connections at one moment, and all come back at once. */
export class ReconnectStorm {
  private sockets: SocketClient[] = [];
  /** How long it took until the last one had its room again. */
  tookMs = 0;

  private constructor(
    private readonly people: readonly { readonly rest: RestClient; readonly roomId: string }[],
    private readonly size: number,
  ) {}

  static async gather(url: string, size: number): Promise<ReconnectStorm> {
    const people = [];
    for (let index = 0; index * A_PERSON < size; index++) {
      const rest = await RestClient.register(url, `storm${String(index)}`);
      people.push({ rest, roomId: (await rest.createRoom({ kind: 'private', name: 'storm' })).roomId });
    }
    const storm = new ReconnectStorm(people, size);
    // The first time not all at once: that is what comes later.
    for (let from = 0; from < size; from += 50) await storm.connect(Math.min(50, size - from), from);
    return storm;
  }

  asFault(): Fault {
    return {
      name: `${String(this.size)} people reconnect at once`,
      begin: async () => {
        this.scatter();
        const startedMs = performance.now();
        await this.connect(this.size, 0);
        this.tookMs = Math.round(performance.now() - startedMs);
      },
      mend: () => Promise.resolve(),
    };
  }

  scatter(): void {
    for (const socket of this.sockets) socket.close();
    this.sockets = [];
  }

  private async connect(count: number, from: number): Promise<void> {
    this.sockets.push(...(await Promise.all(Array.from({ length: count }, (_, index) => this.join(from + index)))));
  }

  /** As a client with a back-off does. */
  private async join(index: number, attempt = 1): Promise<SocketClient> {
    const person = this.people[index % this.people.length];
    if (person === undefined) throw new Error('nobody');
    let socket: SocketClient | undefined;
    try {
      socket = await SocketClient.connect(person.rest);
      await socket.subscribe(person.roomId, '1.0');
      return socket;
    } catch (error) {
      socket?.close();
      if (attempt === ATTEMPTS) throw error;
      await new Promise((next) => setTimeout(next, Math.random() * 200 * attempt));
      return this.join(index, attempt + 1);
    }
  }
}
