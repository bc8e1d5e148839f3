import { backoffMs } from './backoff';
import { pause, type Environment } from './clock';
import { AgentChatError } from './errors';
import { type KeptAnswers } from './kept-answers';

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
  /** The name under which the answer is kept; where the server can't be reached, what was kept last is the answer. */
  readonly keptAs?: string | undefined;
}

/** A call whose body isn't JSON, made once. */
export interface RawCall {
  readonly method: 'OPTIONS' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Blob | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** What it was answered with. */
export interface RawAnswer {
  /** Where it is JSON. */
  readonly body: unknown;
  header(name: string): string | null;
}

/** What the SDK needs of `fetch`. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string | Blob; signal: AbortSignal },
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
    private readonly kept?: KeptAnswers,
  ) {
    this.retry = { ...DEFAULTS, ...retry };
  }

  /** The same with bearer tokens, and a place for answers that are kept. */
  withTokens(tokens: TokenSource, kept?: KeptAnswers): Http {
    return new Http(this.baseUrl, this.environment, this.fetch, this.retry, tokens, kept);
  }

  /** The answer's body. Repeats the call, with the same key, on an error that is retryable; rejects with `AgentChatError`. */
  async request<Result>(call: HttpCall): Promise<Result> {
    if (this.kept?.isOffline === true) {
      const known = await this.known(call);
      if (known !== undefined) return known as Result;
    }
    for (let attempt = 0; ; attempt++) {
      try {
        return (await this.asked(call)) as Result;
      } catch (thrown) {
        const error = AgentChatError.from(thrown);
        // What was kept stands in as soon as the server can't be reached: whoever waits sees something.
        const known = error.code === 'NETWORK_ERROR' ? await this.known(call) : undefined;
        if (known !== undefined) return known as Result;
        if (this.isFinal(call, error, attempt)) throw error;
        await pause(this.environment, backoffMs(attempt, this.retry, this.environment.random, error.retryAfterMs));
      }
    }
  }

  /** One try of a call with bytes; rejects with `AgentChatError`, `CANCELLED` where its signal was aborted. */
  async send({ method, path, headers, body, signal, timeoutMs }: RawCall): Promise<RawAnswer> {
    return this.withToken(async (token) => {
      const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const init = { method, headers: { ...headers, ...authorization }, ...(body === undefined ? {} : { body }) };
      const { answer, body: said } = await this.exchange(`${this.baseUrl}/api/v1${path}`, init, { signal, timeoutMs });
      return { body: said, header: (name: string) => answer.headers.get(name) };
    });
  }

  private isFinal(call: HttpCall, error: AgentChatError, attempt: number): boolean {
    const isLast = attempt + 1 >= this.retry.attempts || (error.retryAfterMs ?? 0) > this.retry.longestWaitMs;
    return !error.retryable || isLast || !isRepeatable(call);
  }

  private async known({ keptAs }: HttpCall): Promise<object | undefined> {
    return keptAs === undefined ? undefined : this.kept?.find(keptAs);
  }

  private async asked(call: HttpCall): Promise<unknown> {
    const answer = await this.authenticated(call);
    if (call.keptAs !== undefined) this.kept?.keep(call.keptAs, answer);
    return answer;
  }
  private async authenticated(call: HttpCall): Promise<unknown> {
    if (call.authenticated === false) return this.once(call);
    return this.withToken((token) => this.once(call, token));
  }

  /** A refused token is replaced once. */
  private async withToken<Result>(work: (token?: string) => Promise<Result>): Promise<Result> {
    if (this.tokens === undefined) return work();
    const token = await this.tokens.token();
    try {
      return await work(token);
    } catch (error) {
      if (!(error instanceof AgentChatError) || error.code !== 'UNAUTHENTICATED') throw error;
      return work(await this.tokens.token(token));
    }
  }

  private async once(call: HttpCall, token?: string): Promise<unknown> {
    return (await this.exchange(this.address(call), encode(call, token))).body;
  }

  private async exchange(
    address: string,
    init: Omit<Parameters<Fetch>[1], 'signal'>,
    { signal, timeoutMs = this.retry.timeoutMs }: Pick<RawCall, 'signal' | 'timeoutMs'> = {},
  ): Promise<{ answer: Awaited<ReturnType<Fetch>>; body: unknown }> {
    const abort = new AbortController();
    const give = (): void => abort.abort();
    const cancel = this.environment.after(timeoutMs, give);
    signal?.addEventListener('abort', give);
    try {
      if (signal?.aborted === true) give();
      const response = await this.fetch(address, { ...init, signal: abort.signal });
      // Pictures that the server has itself are told by their path. No text can look like this: in JSON its quotes are escaped.
      const body = parse((await response.text()).replaceAll('"avatarUrl":"/', `"avatarUrl":"${this.baseUrl}/`));
      if (response.status < 400) return { answer: response, body };
      throw AgentChatError.fromBody(body, response.status).withRetryAfterMs(retryAfterMs(response.headers.get('retry-after')));
    } catch (cause) {
      throw failureOf(cause, signal?.aborted === true, abort.signal.aborted);
    } finally {
      cancel();
      signal?.removeEventListener('abort', give);
    }
  }

  private address({ path, query = {} }: HttpCall): string {
    const parameters = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
    const prefix = path.startsWith('/api/') ? '' : '/api/v1';
    return `${this.baseUrl}${prefix}${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
  }
}

/** Why a call has no answer that is any good. */
function failureOf(cause: unknown, isCancelled: boolean, isAborted: boolean): AgentChatError {
  if (cause instanceof AgentChatError) return cause;
  if (isCancelled) return new AgentChatError('CANCELLED', { message: 'The call was cancelled', cause });
  if (isAborted) return new AgentChatError('TIMEOUT', { message: 'No answer in time', cause });
  return new AgentChatError('NETWORK_ERROR', { message: 'The server could not be reached', cause });
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
