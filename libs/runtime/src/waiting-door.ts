import { type ServerConfig } from '@agent-chat/config';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

const RETRY_AFTER_SEC = 2;

/**
 * Stands where the process will listen while its start waits for something: it says that the process lives, so that nobody restarts it, and
 * that it takes no work yet.
 */
export class WaitingDoor {
  private server: Server | undefined;

  constructor(private readonly place: Pick<ServerConfig, 'port' | 'host'>) {}

  /** Any free port would not be found by those who probe: then there is no door. Safe to call often. */
  open(): void {
    if (this.server !== undefined || this.place.port === 0) return;
    this.server = createServer(answer).listen(this.place.port, this.place.host);
    // The port was free when the process began; if it isn't any more, listening in earnest will say so.
    this.server.on('error', () => undefined);
  }

  async close(): Promise<void> {
    if (this.server?.listening !== true) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const isLive = url.split('?', 1)[0] === '/api/health/live';
  const body = isLive ? { status: 'up', components: [] } : { type: 'about:blank', title: 'Service Unavailable', status: 503, ...REFUSAL };
  const headers = isLive ? { 'Content-Type': 'application/json' } : { 'Content-Type': 'application/problem+json', 'Retry-After': String(RETRY_AFTER_SEC) };
  response.writeHead(isLive ? 200 : 503, { ...headers, 'Cache-Control': 'no-store', Connection: 'close' });
  response.end(JSON.stringify(body));
}

const REFUSAL = { code: 'UNAVAILABLE', detail: 'This process is starting', retryable: true, retryAfterMs: RETRY_AFTER_SEC * 1_000 };
