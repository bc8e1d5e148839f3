import { once } from 'node:events';
import { createServer, type IncomingMessage, request as sendRequest, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** What a request to S3 asks for; `path` without what it asks with. */
export interface S3Request {
  readonly method: string;
  readonly path: string;
}

/**
 * What becomes of a request: it `passes`; is `refused` with 503 SlowDown, as S3 does where it has too much to do; is `lost` with its connection before S3 has it;
 * is done, and the answer `unheard`, since the connection ends before it; or its answer is `broken` off in the middle.
 */
export type Fate = 'passes' | 'refused' | 'lost' | 'unheard' | 'broken';

const FAILURES = ['refused', 'lost', 'unheard', 'broken'] as const;
const SLOW_DOWN = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

/** A door before a real S3, at which requests fail and wait as tests want it. */
export class FaultyS3 {
  /** What becomes of each request; one that waits for an answer is held meanwhile. */
  fate: (request: S3Request) => Fate | Promise<Fate> = () => 'passes';
  /** How many requests met each fate. */
  readonly met: Record<Fate, number> = { passes: 0, refused: 0, lost: 0, unheard: 0, broken: 0 };

  private constructor(
    private readonly upstream: URL,
    private readonly server: Server,
  ) {}

  static async before(endpoint: string): Promise<FaultyS3> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const faulty = new FaultyS3(new URL(endpoint), server);
    server.on('request', (request, response) => {
      faulty.take(request, response).catch(() => request.socket.destroy());
    });
    return faulty;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  heal(): void {
    this.fate = () => 'passes';
  }

  /** Every request takes that much longer. */
  slow(byMs: number): void {
    this.fate = () => new Promise((resolve) => setTimeout(() => resolve('passes'), byMs));
  }

  /** Half of all requests fail, in every way in turn; which of them, the seed decides. */
  failHalf(seed: number): void {
    const random = randomOf(seed);
    let failures = 0;
    this.fate = () => (random() < 0.5 ? 'passes' : FAILURES[failures++ % FAILURES.length]!);
  }

  close(): void {
    this.server.close().closeAllConnections();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', socket } = request;
    // All of it: what S3 has it goes on with, also when whoever asked is gone.
    const body = Buffer.concat(await request.toArray());
    const fate = await this.fate({ method, path: decodeURIComponent(url.split('?', 1)[0]!) });
    this.met[fate] += 1;
    if (fate === 'lost') socket.resetAndDestroy();
    else if (fate === 'refused') response.writeHead(503, { 'content-type': 'application/xml' }).end(SLOW_DOWN);
    else await this.answer(request, body, response, fate);
  }

  private async answer(request: IncomingMessage, body: Buffer, response: ServerResponse, fate: Fate): Promise<void> {
    const { hostname: host, port } = this.upstream;
    // It signed the whole of what it sent, its host included; `expect` was answered here.
    const { expect: _answered, ...headers } = request.headers;
    const asked = sendRequest({ agent: false, host, port, method: request.method, path: request.url, headers });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    if (fate === 'passes') {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      await pipeline(answer, response);
      return;
    }
    const bytes = Buffer.concat(await answer.toArray());
    if (fate === 'broken' && bytes.length > 1) {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      await new Promise<unknown>((resolve) => response.write(bytes.subarray(0, bytes.length / 2), resolve));
    }
    request.socket.resetAndDestroy();
  }
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
