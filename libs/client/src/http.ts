import { backoffMs } from './backoff';
import { pause, type Environment } from './clock';
import { AgentChatError } from './errors';

/** One REST call. `key` makes it safe to repeat. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, unless it begins with `/api/`; with ids already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly body?: unknown;
  readonly key?: string | undefined;
  /** Default true. */
  readonly authenticated?: boolean;
}

/** What the SDK needs of `fetch`. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<{ status: number; headers: { get(name: string): string | null }; text(): Promise<string> }>;

/** Gives the bearer token of each call. */
export interface TokenSource {
  /** A token that is valid now; with `rejected`, another one than that, since the server refused it. */
  token(rejected?: string): Promise<string>;
  /** Milliseconds since the Unix epoch from which on `token()` gives a new one; absent when nobody knows. */
  readonly renewAtMs: number | undefined;
}

/** Bounds of a call's repetition. */
export interface RetryOptions {
  readonly attempts: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** A server that asks for a longer wait is not waited for. */
  readonly longestWaitMs: number;
  /** Of one attempt. */
  readonly timeoutMs: number;
}

const DEFAULTS: RetryOptions = { attempts: 5, baseMs: 300, capMs: 5_000, longestWaitMs: 15_000, timeoutMs: 15_000 };

/** Speaks JSON with the server: bearer token, idempotency key, typed errors, and repetition of what may be repeated. */
export class Http {
  private readonly retry: RetryOptions;

  constructor(
    private readonly baseUrl: string,
    private readonly environment: Environment,
    private readonly fetch: Fetch,
    retry: Partial<RetryOptions> = {},
    private readonly tokens?: TokenSource,
  ) {
    this.retry = { ...DEFAULTS, ...retry };
  }

  /** The same with bearer tokens. */
  withTokens(tokens: TokenSource): Http {
    return new Http(this.baseUrl, this.environment, this.fetch, this.retry, tokens);
  }

  /** The answer's body. Repeats the call, with the same key, on an error that is retryable; rejects with `AgentChatError`. */
  async request<Result>(call: HttpCall): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      try {
        return (await this.authenticated(call)) as Result;
      } catch (thrown) {
        const error = AgentChatError.from(thrown);
        const last = attempt + 1 >= this.retry.attempts || (error.retryAfterMs ?? 0) > this.retry.longestWaitMs;
        if (!error.retryable || last || !isRepeatable(call)) throw error;
        await pause(this.environment, backoffMs(attempt, this.retry, this.environment.random, error.retryAfterMs));
      }
    }
  }

  /** A refused token is replaced once. */
  private async authenticated(call: HttpCall): Promise<unknown> {
    if (call.authenticated === false || this.tokens === undefined) return this.once(call);
    const token = await this.tokens.token();
    try {
      return await this.once(call, token);
    } catch (error) {
      if (!(error instanceof AgentChatError) || error.code !== 'UNAUTHENTICATED') throw error;
      return this.once(call, await this.tokens.token(token));
    }
  }

  private async once(call: HttpCall, token?: string): Promise<unknown> {
    const abort = new AbortController();
    const cancel = this.environment.after(this.retry.timeoutMs, () => abort.abort());
    try {
      const response = await this.fetch(this.address(call), { ...encode(call, token), signal: abort.signal });
      const body = parse(await response.text());
      if (response.status < 400) return body;
      throw AgentChatError.fromBody(body, response.status).withRetryAfterMs(retryAfterMs(response.headers.get('retry-after')));
    } catch (cause) {
      if (cause instanceof AgentChatError) throw cause;
      if (abort.signal.aborted) throw new AgentChatError('TIMEOUT', { message: 'No answer in time', cause });
      throw new AgentChatError('NETWORK_ERROR', { message: 'The server could not be reached', cause });
    } finally {
      cancel();
    }
  }

  private address({ path, query = {} }: HttpCall): string {
    const parameters = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
    const prefix = path.startsWith('/api/') ? '' : '/api/v1';
    return `${this.baseUrl}${prefix}${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
  }
}

/** Reads, and writes that carry a key, have the same effect however often they arrive. */
function isRepeatable(call: HttpCall): boolean {
  return call.method === 'GET' || call.key !== undefined;
}

function encode(call: HttpCall, token?: string): { method: string; headers: Record<string, string>; body?: string } {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (call.key !== undefined) headers['idempotency-key'] = call.key;
  if (call.body === undefined) return { method: call.method, headers };
  headers['content-type'] = 'application/json';
  return { method: call.method, headers, body: JSON.stringify(call.body) };
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page: the status says enough.
    return undefined;
  }
}

function retryAfterMs(header: string | null): number | undefined {
  const seconds = header === null ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
