/** An answer that was no success, or none at all: then the code is that of the network. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retryAfterMs: number,
    detail: string,
  ) {
    super(detail);
  }

  /** Whether the same call may succeed later. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Idempotency key. */
  readonly key?: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Calls the REST API; rejects with `ApiFailure`. */
export async function callApi<Body>(url: string, path: string, { method = 'GET', token, body, key, timeoutMs = TIMEOUT_MS }: ApiCall = {}): Promise<Body> {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const sent = { method, headers, signal: AbortSignal.timeout(timeoutMs), ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`${url}/api/v1${path}`, sent).catch((error: unknown) => {
    throw failureOf(error);
  });
  const text = await answer.text().catch((error: unknown) => {
    throw failureOf(error);
  });
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as Body;
  throw refusal(answer.status, text);
}

/** Repeats what may pass, after the time that the server names or a growing one; `onWait` is told why, and for how long. */
export async function callPatiently<Body>(
  url: string,
  path: string,
  call: ApiCall,
  { attempts, onWait }: { readonly attempts: number; readonly onWait?: (code: string, ms: number) => void },
): Promise<Body> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await callApi<Body>(url, path, call);
    } catch (error) {
      if (!(error instanceof ApiFailure) || !error.mayPass || attempt >= attempts) throw error;
      const waitMs = Math.max(error.retryAfterMs, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt));
      onWait?.(error.code, waitMs);
      await new Promise((next) => setTimeout(next, waitMs));
    }
  }
}

function failureOf(error: unknown): ApiFailure {
  const { name, message, cause } = error as {
    readonly name: string;
    readonly message: string;
    readonly cause?: { readonly code?: string; readonly message?: string };
  };
  const code = cause?.code ?? (name === 'TimeoutError' ? 'NO_ANSWER' : 'NETWORK');
  return new ApiFailure(0, code, 0, cause?.message ?? message);
}

function refusal(status: number, text: string): ApiFailure {
  const problem = (text.startsWith('{') ? JSON.parse(text) : {}) as { readonly code?: string; readonly detail?: string; readonly retryAfterMs?: number };
  return new ApiFailure(status, problem.code ?? `HTTP_${String(status)}`, problem.retryAfterMs ?? 0, problem.detail ?? `HTTP ${String(status)}`);
}
