import { type LoggedEvent } from '@agent-chat/load';
import { randomUUID } from 'node:crypto';

export interface Credentials {
  readonly userId: string;
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** An answer that was not a success. */
export class RestFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly body: unknown,
  ) {
    super(`${String(status)} ${code}: ${JSON.stringify(body)}`);
  }
}

/** The REST calls that tests make, bare. */
export class RestClient {
  constructor(
    readonly url: string,
    private session?: Credentials,
  ) {}

  get credentials(): Credentials | undefined {
    return this.session;
  }

  static async register(url: string, name: string): Promise<RestClient> {
    const username = `${name}-${randomUUID().slice(0, 8)}`;
    const { body } = await new RestClient(url).call('POST', '/auth/register', { username, password: 'correct horse battery' });
    const { user, accessToken, refreshToken } = body as { user: { userId: string }; accessToken: string; refreshToken: string };
    return new RestClient(url, { userId: user.userId, username, accessToken, refreshToken });
  }

  get userId(): string {
    return this.credentials?.userId ?? '';
  }

  /** A new access token for the same session; the one before is good until it expires. */
  async renew(): Promise<void> {
    if (this.session === undefined) throw new Error('nobody is logged in');
    const { body } = await this.call('POST', '/auth/refresh', { refreshToken: this.session.refreshToken });
    const { accessToken, refreshToken } = body as { accessToken: string; refreshToken: string };
    this.session = { ...this.session, accessToken, refreshToken };
  }

  /** Resolves with status and body; rejects with `RestFailure` from status 400 on. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.credentials === undefined ? {} : { authorization: `Bearer ${this.credentials.accessToken}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    if (answer.status >= 400) throw new RestFailure(answer.status, (parsed as { code?: string }).code ?? '', parsed);
    return { status: answer.status, body: parsed };
  }

  async createRoom(room: { kind: string; name?: string; memberIds?: string[] }, key?: string): Promise<{ roomId: string; head: number }> {
    const { body } = await this.call('POST', '/rooms', room, key === undefined ? {} : { 'idempotency-key': key });
    return body as { roomId: string; head: number };
  }

  /** A room's whole log, in whatever epoch it is now. */
  async wholeLog(roomId: string): Promise<LoggedEvent[]> {
    const { body } = await this.call('GET', `/rooms/${roomId}/messages?limit=1`);
    const [epoch] = (body as { readonly cursor: string }).cursor.split('.');
    return this.log(roomId, `${String(epoch)}.0`);
  }

  /** A room's log, all of it where its history was never replaced. */
  async log(roomId: string, after = '1.0'): Promise<LoggedEvent[]> {
    const events: LoggedEvent[] = [];
    for (let cursor = after, more = true; more;) {
      const { body } = await this.call('GET', `/rooms/${roomId}/events?after=${cursor}&limit=500`);
      const page = body as { events: LoggedEvent[]; cursor: string; more: boolean };
      events.push(...page.events);
      ({ cursor, more } = page);
    }
    return events;
  }
}
