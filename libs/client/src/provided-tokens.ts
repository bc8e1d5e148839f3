import { type Environment } from './clock';
import { type TokenSource } from './http';

/** Gives a token of one's own identity system; `expired` is the one that the server refused or that is about to expire. */
export type TokenProvider = (expired?: string) => string | Promise<string>;

const EARLY_MS = 60_000;

/** Tokens of another identity system; asked for once, and again when the last is about to expire (its `exp`) or was refused. */
export class ProvidedTokens implements TokenSource {
  /** Milliseconds since the Unix epoch from which on a new one is asked for; absent when the token doesn't tell. */
  renewAtMs: number | undefined;
  private current: string | undefined;
  private pending: Promise<string> | undefined;

  constructor(
    private readonly provider: TokenProvider,
    private readonly environment: Environment,
  ) {}

  async token(rejected?: string): Promise<string> {
    const { current } = this;
    const isFresh = (this.renewAtMs ?? Infinity) > this.environment.nowMs();
    if (current !== undefined && current !== rejected && isFresh) return current;
    this.pending ??= this.ask(current).finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async ask(expired: string | undefined): Promise<string> {
    const token = await this.provider(expired);
    const expiresAtMs = expiryOf(token);
    const leftMs = (expiresAtMs ?? 0) - this.environment.nowMs();
    this.renewAtMs = expiresAtMs === undefined ? undefined : expiresAtMs - Math.min(EARLY_MS, Math.max(0, leftMs) / 5);
    this.current = token;
    return token;
  }
}

function expiryOf(token: string): number | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    // An opaque token: the server tells when it is no longer valid.
    return undefined;
  }
}
