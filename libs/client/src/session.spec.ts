import { AgentChatError } from './errors';
import { Http, type Fetch } from './http';
import { processLocks } from './locks';
import { Session, type SessionDependencies, type SessionEnd } from './session';
import { memoryStorage, type ClientStorage } from './storage';
import { SteeredEnvironment } from './testing/steered-environment';
import { type User } from './types';

const USER: User = { userId: 'u-1', username: 'ada', displayName: 'Ada', bot: false };

/** The authentication part of a server: a refresh token shown again within 30 s gives the same successor. */
class Accounts {
  readonly calls: string[] = [];
  answer: { status: number; body?: unknown } | undefined;
  private generation = 0;
  private readonly successors = new Map<string, number>();

  readonly fetch: Fetch = async (url, init) => {
    const path = new URL(url).pathname.replace('/api/v1', '');
    this.calls.push(path);
    await Promise.resolve();
    const { answer } = this;
    this.answer = undefined;
    if (answer !== undefined) return respond(answer.status, answer.body);
    if (path !== '/auth/refresh') return respond(200, this.tokens(++this.generation));
    const { refreshToken } = JSON.parse((init.body as string | undefined) ?? '{}') as { refreshToken: string };
    const next = this.successors.get(refreshToken) ?? ++this.generation;
    this.successors.set(refreshToken, next);
    return respond(200, this.tokens(next));
  };

  private tokens(generation: number): unknown {
    return { user: USER, accessToken: `access-${generation}`, refreshToken: `refresh-${generation}`, expiresInSec: 600 };
  }
}

function respond(status: number, body: unknown) {
  return { status, headers: { get: () => null }, text: async () => JSON.stringify(body ?? {}) };
}

function openSession(accounts: Accounts, environment: SteeredEnvironment, storage: ClientStorage, more: Partial<SessionDependencies> = {}): Session {
  const http = new Http('http://server', environment, accounts.fetch);
  return new Session({ http, storage, environment, lock: processLocks(), storageKey: 'session', onChange: () => undefined, ...more });
}

describe('a session', () => {
  const credentials = { username: 'ada', password: 'secret' };

  it('uses its access token until a minute before it expires, then rotates once for all who ask', async () => {
    const [accounts, environment] = [new Accounts(), new SteeredEnvironment()];
    const session = openSession(accounts, environment, memoryStorage());
    await session.signIn('login', credentials);
    await environment.advance(539_000);
    expect(await session.token()).toBe('access-1');
    await environment.advance(1_000);
    expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual(['access-2', 'access-2', 'access-2']);
    expect(accounts.calls).toEqual(['/auth/login', '/auth/refresh']);
  });

  it('replaces a token that the server has refused', async () => {
    const [accounts, environment] = [new Accounts(), new SteeredEnvironment()];
    const session = openSession(accounts, environment, memoryStorage());
    await session.signIn('login', credentials);
    expect(await session.token('access-1')).toBe('access-2');
    expect(await session.token('access-1')).toBe('access-2');
  });

  it('survives a reload, and another tab finds the successor instead of rotating again', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const lock = processLocks();
    const first = openSession(accounts, environment, storage, { lock });
    await first.signIn('login', credentials);
    const second = openSession(accounts, environment, storage, { lock });
    await second.restore();
    expect(second.user).toEqual(USER);
    expect(await Promise.all([first.token('access-1'), second.token('access-1')])).toEqual(['access-2', 'access-2']);
    expect(accounts.calls.filter((path) => path === '/auth/refresh')).toHaveLength(1);
  });

  it('ends when the refresh token is refused, and tells so', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const changes: unknown[] = [];
    const session = openSession(accounts, environment, storage, { onChange: (...change) => changes.push(change) });
    await session.signIn('login', credentials);
    accounts.answer = { status: 401, body: { code: 'REFRESH_TOKEN_REUSED', retryable: false } };
    await expect(session.token('access-1')).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    expect(changes).toEqual([
      [USER, undefined],
      [undefined, { reason: 'refused', error: expect.objectContaining({ code: 'REFRESH_TOKEN_REUSED' }) }],
    ]);
    expect(await storage.get('session')).toBeUndefined();
  });

  it('keeps the session when the server fails or cannot be reached', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const session = openSession(accounts, environment, storage);
    await session.signIn('login', credentials);
    accounts.answer = { status: 500, body: { code: 'INTERNAL', retryable: false } };
    await expect(session.token('access-1')).rejects.toBeInstanceOf(AgentChatError);
    expect(session.user).toEqual(USER);
    expect(await session.token('access-1')).toBe('access-2');
  });

  it('is gone after signing out although the server cannot be told', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const session = openSession(accounts, environment, storage);
    await session.signIn('login', credentials);
    accounts.answer = { status: 503, body: {} };
    await session.signOut();
    expect(session.user).toBeUndefined();
    await expect(session.token()).rejects.toMatchObject({ code: 'SIGNED_OUT' });
  });

  it('tells a chosen logout from one in another tab', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const lock = processLocks();
    const ends: (SessionEnd | undefined)[][] = [[], []];
    const open = (tab: number): Session => openSession(accounts, environment, storage, { lock, onChange: (_, end) => ends[tab]?.push(end) });
    const [here, other] = [open(0), open(1)];
    await here.signIn('login', credentials);
    await other.restore();
    await here.signOut();
    await expect(other.token('access-1')).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    expect(ends).toEqual([
      [undefined, { reason: 'logout' }],
      [undefined, { reason: 'elsewhere' }],
    ]);
  });

  it('replaces a short-lived token a fifth of its life before its end', async () => {
    const [accounts, environment] = [new Accounts(), new SteeredEnvironment()];
    const session = openSession(accounts, environment, memoryStorage());
    accounts.answer = { status: 200, body: { user: USER, accessToken: 'short', refreshToken: 'refresh-0', expiresInSec: 100 } };
    await session.signIn('login', credentials);
    await environment.advance(79_999);
    expect(await session.token()).toBe('short');
    await environment.advance(1);
    expect(await session.token()).toBe('access-1');
  });

  it('keeps the session while the server has no time for it', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    await openSession(accounts, environment, storage).signIn('login', credentials);
    const busy = new Http('http://server', environment, async () => respond(429, { code: 'RATE_LIMITED', retryable: true }), { attempts: 1 });
    const session = openSession(accounts, environment, storage, { http: busy });
    await expect(session.token('access-1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(session.user).toEqual(USER);
  });

  it('takes the successor that a tab without a common lock has stored meanwhile', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    await openSession(accounts, environment, storage).signIn('login', credentials);
    const late = new Http('http://server', environment, async () => {
      await openSession(accounts, environment, storage).token('access-1');
      return respond(401, { code: 'REFRESH_TOKEN_REUSED', retryable: false });
    });
    const session = openSession(accounts, environment, storage, { http: late });
    expect(await session.token('access-1')).toBe('access-2');
    expect(session.user).toEqual(USER);
  });

  it('has ended here when another tab has signed out', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const [one, other] = [openSession(accounts, environment, storage), openSession(accounts, environment, storage)];
    await one.signIn('login', credentials);
    await other.signOut();
    await expect(one.token('access-1')).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    expect(one.user).toBeUndefined();
    expect(accounts.calls).toEqual(['/auth/login', '/auth/logout']);
  });

  it('uses a session made elsewhere, unless one is stored', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    const initial = { user: USER, accessToken: 'given', refreshToken: 'refresh-0', expiresInSec: 600 };
    expect(await openSession(accounts, environment, storage, { initial }).token()).toBe('given');
    expect(await openSession(accounts, environment, storage, { initial: { ...initial, accessToken: 'another' } }).token()).toBe('given');
  });

  it('repeats a sign-in and a rotation whose answer was lost, and no registration', async () => {
    const [accounts, environment] = [new Accounts(), new SteeredEnvironment()];
    const session = openSession(accounts, environment, memoryStorage());
    const lost = { status: 503, body: { code: 'UNAVAILABLE', retryable: true } };
    accounts.answer = lost;
    await expect(session.signIn('register', credentials)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    accounts.answer = lost;
    const signedIn = session.signIn('login', credentials);
    await environment.advance(10_000);
    await signedIn;
    accounts.answer = lost;
    const rotated = session.token('access-1');
    await environment.advance(10_000);
    expect(await rotated).toBe('access-2');
    expect(accounts.calls).toEqual(['/auth/register', '/auth/login', '/auth/login', '/auth/refresh', '/auth/refresh']);
  });

  it('takes a damaged value in the storage for none', async () => {
    const [accounts, environment, storage] = [new Accounts(), new SteeredEnvironment(), memoryStorage()];
    await storage.set('session', '{"user":');
    const session = openSession(accounts, environment, storage);
    await session.restore();
    expect(session.user).toBeUndefined();
    await session.signIn('login', credentials);
    expect(await session.token()).toBe('access-1');
  });
});
