import { type Environment } from './clock';
import { AgentChatError } from './errors';
import { type Http, type TokenSource } from './http';
import { type RunLocked } from './locks';
import { type ClientStorage } from './storage';
import { type User } from './types';

/** Username and password of the built-in accounts. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Why nobody is signed in any more. `logout`: asked for by `logout()`. `elsewhere`: another tab with the same storage logged out, or found the
 * session ended. `refused`: the server ended the session (revoked, expired, or a refresh token shown twice); `error` is its answer, with
 * `code` `REFRESH_TOKEN_REUSED` when somebody else may hold a copy of the tokens.
 */
export interface SessionEnd {
  readonly reason: 'logout' | 'elsewhere' | 'refused';
  readonly error?: AgentChatError | undefined;
}

/** A signed-in person with their tokens, as stored. */
export interface SessionData {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since the Unix epoch from which on the access token is to be replaced; a while before it expires. */
  readonly renewAtMs: number;
}

/** What the server answers to a sign-in. */
export interface AuthAnswer {
  readonly user: User;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSec: number;
}

/** What a session is built from. */
export interface SessionDependencies {
  /** Without tokens. */
  readonly http: Http;
  readonly storage: ClientStorage;
  readonly environment: Environment;
  readonly lock: RunLocked;
  /** Where the session is stored, and the name of its lock: one a server. */
  readonly storageKey: string;
  readonly onChange: (user: User | undefined, end?: SessionEnd) => void;
  /** A session that was made elsewhere; used unless one is stored. */
  readonly initial?: AuthAnswer | undefined;
}

/** A token is replaced that long before it expires, or a fifth of its life if that is shorter. */
const EARLY_MS = 60_000;

/**
 * The built-in accounts: signs in and out, keeps the tokens in the storage, and rotates the refresh token. One rotation at a time in all tabs
 * that share the storage; a tab that comes second finds the successor there and uses it.
 */
export class Session implements TokenSource {
  private current: SessionData | undefined;
  private restored: Promise<void> | undefined;
  private rotation: Promise<string> | undefined;

  constructor(private readonly dependencies: SessionDependencies) {}

  get user(): User | undefined {
    return this.current?.user;
  }

  get renewAtMs(): number | undefined {
    return this.current?.renewAtMs;
  }

  /** Reads the stored session, once. */
  restore(): Promise<void> {
    this.restored ??= this.read().then((stored) => {
      const { initial } = this.dependencies;
      if (stored === undefined && initial !== undefined) return this.keep(initial);
      this.adopt(stored);
    });
    return this.restored;
  }

  async signIn(how: 'login' | 'register', body: Credentials & { readonly displayName?: string }): Promise<User> {
    await this.restore();
    // A registration is not repeated by itself: after a lost answer the name would be taken, by its own first attempt.
    const answer = await this.ask(`/auth/${how}`, body, how === 'login');
    await this.keep(answer);
    return answer.user;
  }

  /** Ends the session here, and on the server if that can be reached. */
  async signOut(): Promise<void> {
    await this.restore();
    const refreshToken = this.current?.refreshToken;
    await this.drop({ reason: 'logout' });
    if (refreshToken === undefined) return;
    // The tokens are gone from here already: what the server says changes nothing for the person.
    await this.dependencies.http.request({ method: 'POST', path: '/auth/logout', body: { refreshToken }, authenticated: false }).catch(() => undefined);
  }

  async token(rejected?: string): Promise<string> {
    await this.restore();
    const { current } = this;
    if (current !== undefined && current.accessToken !== rejected && this.isFresh(current)) return current.accessToken;
    this.rotation ??= this.dependencies
      .lock(this.dependencies.storageKey, () => this.rotate(rejected))
      .finally(() => {
        this.rotation = undefined;
      });
    return this.rotation;
  }

  private async rotate(rejected?: string): Promise<string> {
    // Another tab may have been first, or have signed out.
    const stored = await this.read();
    if (stored?.accessToken !== this.current?.accessToken) this.adopt(stored);
    if (stored === undefined) throw new AgentChatError('SIGNED_OUT', { message: 'Nobody is signed in' });
    if (stored.accessToken !== rejected && this.isFresh(stored)) return stored.accessToken;
    try {
      const answer = await this.ask('/auth/refresh', { refreshToken: stored.refreshToken });
      await this.keep(answer);
      return answer.accessToken;
    } catch (thrown) {
      return this.rotationFailed(stored, AgentChatError.from(thrown));
    }
  }

  private async rotationFailed(shown: SessionData, error: AgentChatError): Promise<string> {
    if (error.retryable || (error.status ?? 500) >= 500) throw error;
    // Without Web Locks another tab may have rotated meanwhile.
    const newer = await this.read();
    if (newer !== undefined && newer.refreshToken !== shown.refreshToken) {
      this.adopt(newer);
      return newer.accessToken;
    }
    await this.drop({ reason: 'refused', error });
    throw new AgentChatError('SIGNED_OUT', { message: 'The session has ended', cause: error });
  }

  private isFresh(session: SessionData): boolean {
    return session.renewAtMs > this.dependencies.environment.nowMs();
  }

  /** Sign-in and rotation answer the same; a refresh token shown again at once has the same successor, so it may be repeated. */
  private ask(path: string, body: unknown, repeatable = true): Promise<AuthAnswer> {
    const key = repeatable ? this.dependencies.environment.newKey() : undefined;
    return this.dependencies.http.request<AuthAnswer>({ method: 'POST', path, body, key, authenticated: false });
  }

  private async keep({ user, accessToken, refreshToken, expiresInSec }: AuthAnswer): Promise<void> {
    const renewInMs = expiresInSec * 1_000 - Math.min(EARLY_MS, expiresInSec * 200);
    const session = { user, accessToken, refreshToken, renewAtMs: this.dependencies.environment.nowMs() + renewInMs };
    await this.dependencies.storage.set(this.dependencies.storageKey, JSON.stringify(session));
    this.adopt(session);
  }

  private async drop(end: SessionEnd): Promise<void> {
    await this.dependencies.storage.remove(this.dependencies.storageKey);
    this.adopt(undefined, end);
  }

  private adopt(session: SessionData | undefined, end: SessionEnd = { reason: 'elsewhere' }): void {
    const before = this.current?.user.userId;
    this.current = session;
    if (session?.user.userId === before) return;
    this.dependencies.onChange(session?.user, session === undefined ? end : undefined);
  }

  private async read(): Promise<SessionData | undefined> {
    const text = await this.dependencies.storage.get(this.dependencies.storageKey);
    if (typeof text !== 'string') return undefined;
    try {
      return JSON.parse(text) as SessionData;
    } catch {
      // Somebody else's value: as good as none.
      return undefined;
    }
  }
}
