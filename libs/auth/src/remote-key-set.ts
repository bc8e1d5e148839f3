import { AppError, type Clock } from '@agent-chat/kernel';
import { createLocalJWKSet, type CryptoKey, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';

/** How a key set is fetched. */
export interface RemoteKeySetOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Told of a failed fetch while older keys still serve. */
  readonly onError?: (error: unknown) => void;
}

// After this long a new copy is fetched; the old one serves on if that fails, so that an issuer's outage locks nobody out.
const FRESH_MS = 10 * 60_000;
const USABLE_MS = 24 * 3_600_000;
// Tokens with made-up key ids must not turn into requests to the issuer.
const COOL_DOWN_MS = 30_000;
// After a failure; shorter, because callers wait for it.
const RETRY_MS = 2_000;
const TIMEOUT_MS = 3_000;
const MAX_BODY_CHARS = 1_000_000;

type LocalKeySet = ReturnType<typeof createLocalJWKSet>;

/** The public keys of a trusted issuer, fetched from its URL and kept. */
export class RemoteKeySet {
  private keys: LocalKeySet | undefined;
  private fetchedAtMs = Number.NEGATIVE_INFINITY;
  private failedAtMs = Number.NEGATIVE_INFINITY;
  private fetching: Promise<void> | undefined;

  constructor(private readonly options: RemoteKeySetOptions) {}

  /** The key for a token's header. Rejects with UNAUTHENTICATED when the issuer has no such key; with UNAVAILABLE when that can't be told now. */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const nowMs = this.nowMs();
    if (nowMs - this.fetchedAtMs >= FRESH_MS) await this.fetchUnlessFailing();
    const found = await this.pick(header, token);
    if (found !== undefined) return found;
    // The issuer may have changed its keys since.
    if (this.nowMs() - this.fetchedAtMs >= COOL_DOWN_MS) {
      await this.fetchUnlessFailing();
      const fetched = await this.pick(header, token);
      if (fetched !== undefined) return fetched;
    }
    if (this.failedAtMs > this.fetchedAtMs) {
      throw new AppError('UNAVAILABLE', { detail: "The token issuer's keys cannot be fetched", retryAfterMs: RETRY_MS });
    }
    throw new AppError('UNAUTHENTICATED');
  }

  private async pick(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey | undefined> {
    if (this.keys === undefined || this.nowMs() - this.fetchedAtMs >= USABLE_MS) return undefined;
    try {
      return await this.keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw new AppError('UNAUTHENTICATED', { cause: error });
    }
  }

  private async fetchUnlessFailing(): Promise<void> {
    if (this.nowMs() - this.failedAtMs < RETRY_MS) return;
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    await this.fetching;
  }

  private async fetch(): Promise<void> {
    try {
      this.keys = createLocalJWKSet(await this.download());
      this.fetchedAtMs = this.nowMs();
    } catch (error) {
      this.failedAtMs = this.nowMs();
      this.options.onError?.(error);
    }
  }

  private async download(): Promise<JSONWebKeySet> {
    const response = await fetch(this.options.url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) throw new Error(`The key set answered ${response.status}`);
    const text = await response.text();
    if (text.length > MAX_BODY_CHARS) throw new Error('The key set is too large');
    // `createLocalJWKSet` checks the shape.
    return JSON.parse(text) as JSONWebKeySet;
  }

  private nowMs(): number {
    return this.options.clock.nowMs();
  }
}
