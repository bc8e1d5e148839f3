import { backoffMs, type BackoffOptions } from './backoff';
import { type Environment } from './clock';
import { AgentChatError } from './errors';
import { type TokenSource } from './http';
import { type OpenTransport, type Transport } from './transport';

/**
 * `offline`: not asked to connect. `connecting`: never connected yet. `reconnecting`: was connected, will be again. `closed`: won't be,
 * since the session has ended or the server refuses this person.
 */
export type ConnectionState = 'offline' | 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** The state of the live connection, with what went wrong last. */
export interface ConnectionStatus {
  readonly state: ConnectionState;
  readonly error?: AgentChatError | undefined;
  /** While waiting for the next attempt. */
  readonly retryInMs?: number | undefined;
}

/** What a connection is built from. */
export interface ConnectionDependencies {
  readonly url: string;
  readonly open: OpenTransport;
  readonly tokens: TokenSource;
  readonly environment: Environment;
  readonly backoff?: Partial<BackoffOptions> | undefined;
  readonly onStatus: (status: ConnectionStatus) => void;
  readonly onFrame: (name: string, body: unknown) => void;
  readonly onError: (error: AgentChatError) => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: AgentChatError) => void;
}

const BACKOFF: BackoffOptions = { baseMs: 500, capMs: 30_000 };
/** A connection that lived so long was a good one: the back-off starts again. */
const STABLE_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const RENEW_AGAIN_MS = 5_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Keeps one connection alive: full-jitter back-off, the server's wishes on when to come back, tokens renewed before they expire. */
export class Connection {
  private status: ConnectionStatus = { state: 'offline' };
  private transport: Transport | undefined;
  /** Grows with each attempt and each end: whatever belongs to an earlier one is stale. */
  private turn = 0;
  private attempts = 0;
  private token: string | undefined;
  private rejected: string | undefined;
  private connectedAtMs: number | undefined;
  private comeBackAtMs = 0;
  private waiters: Waiter[] = [];
  private readonly timers = new Map<'attempt' | 'renewal' | 'drain', () => void>();
  private readonly backoff: BackoffOptions;

  constructor(private readonly dependencies: ConnectionDependencies) {
    this.backoff = { ...BACKOFF, ...dependencies.backoff };
  }

  get state(): ConnectionState {
    return this.status.state;
  }

  /** Resolves once connected; keeps trying until then, and after every loss. Rejects when it is closed for good. */
  connect(): Promise<void> {
    if (this.state === 'connected') return Promise.resolve();
    const connected = new Promise<void>((resolve, reject) => this.waiters.push({ resolve, reject }));
    if (this.state === 'offline' || this.state === 'closed') {
      this.attempts = 0;
      this.change({ state: 'connecting' });
      this.attempt();
    }
    return connected;
  }

  /** Ends the connection; `connect` opens it again. */
  disconnect(): void {
    this.leave();
    this.connectedAtMs = undefined;
    this.change({ state: 'offline' });
    this.settleWaiters(new AgentChatError('CLOSED', { message: 'Disconnected on request' }));
  }

  /** Ends a wait between two attempts: the network is back, or somebody doesn't want to wait. */
  retryNow(): void {
    if (this.timers.has('attempt')) this.attempt();
  }

  /** Rejects with NETWORK_ERROR when not connected. */
  async request(call: string, body: unknown, timeoutMs = REQUEST_TIMEOUT_MS): Promise<unknown> {
    if (this.transport === undefined || this.state !== 'connected') throw new AgentChatError('NETWORK_ERROR', { message: 'Not connected' });
    return this.transport.request(call, body, timeoutMs);
  }

  private attempt(): void {
    this.cancel('attempt');
    const turn = ++this.turn;
    const { state, error, retryInMs } = this.status;
    if (retryInMs !== undefined) this.change({ state, error });
    this.dependencies.tokens.token(this.rejected).then(
      (token) => turn === this.turn && this.open(turn, token),
      (error: unknown) => turn === this.turn && this.lost(AgentChatError.from(error)),
    );
  }

  private open(turn: number, token: string): void {
    this.token = token;
    this.rejected = undefined;
    const ifCurrent =
      <Arguments extends unknown[]>(run: (...given: Arguments) => void) =>
      (...given: Arguments) =>
        turn === this.turn && run(...given);
    const handlers = {
      onOpen: ifCurrent(() => this.opened()),
      onFrame: ifCurrent((name: string, body: unknown) => this.received(name, body)),
      onClosed: ifCurrent((error: AgentChatError) => this.lost(error)),
    };
    const transport = this.dependencies.open({ url: this.dependencies.url, token, handlers });
    if (turn === this.turn) this.transport = transport;
    else transport.close();
  }

  private opened(): void {
    this.connectedAtMs = this.dependencies.environment.nowMs();
    this.scheduleRenewal();
    this.change({ state: 'connected' });
    this.settleWaiters();
  }

  private received(name: string, body: unknown): void {
    if (name === 'drain') this.drain((body as { reconnectInMs: number }).reconnectInMs);
    this.dependencies.onFrame(name, body);
  }

  /** The server spreads its clients over time: come back when it said, also if it goes earlier. */
  private drain(reconnectInMs: number): void {
    this.comeBackAtMs = this.dependencies.environment.nowMs() + reconnectInMs;
    this.schedule('drain', reconnectInMs, () => this.lost(new AgentChatError('DRAINING', { message: 'The server is leaving' }), true));
  }

  private lost(error: AgentChatError, isOnTime = false): void {
    this.leave();
    const nowMs = this.dependencies.environment.nowMs();
    const wasConnected = this.connectedAtMs !== undefined;
    if (this.state === 'connected' && nowMs - (this.connectedAtMs ?? nowMs) >= STABLE_MS) this.attempts = 0;
    if (error.code === 'UNAUTHENTICATED') this.rejected = this.token;
    else if (!error.retryable) return this.close(error);
    const wished = this.comeBackAtMs - nowMs;
    this.comeBackAtMs = 0;
    // A drain's moment is random already.
    const retryInMs = isOnTime || wished > 0 ? Math.max(0, wished) : this.nextDelayMs(error);
    this.schedule('attempt', retryInMs, () => this.attempt());
    this.change({ state: wasConnected ? 'reconnecting' : 'connecting', error, retryInMs });
  }

  private nextDelayMs(error: AgentChatError): number {
    return backoffMs(this.attempts++, this.backoff, this.dependencies.environment.random, error.retryAfterMs);
  }

  private close(error: AgentChatError): void {
    this.connectedAtMs = undefined;
    this.change({ state: 'closed', error });
    this.settleWaiters(error);
  }

  private leave(): void {
    this.turn++;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.transport?.close();
    this.transport = undefined;
  }

  private scheduleRenewal(): void {
    const { renewAtMs } = this.dependencies.tokens;
    if (renewAtMs === undefined) return;
    this.schedule('renewal', Math.max(1_000, renewAtMs - this.dependencies.environment.nowMs()), () => void this.renew(this.turn));
  }

  private async renew(turn: number): Promise<void> {
    try {
      const token = await this.dependencies.tokens.token();
      if (turn !== this.turn) return;
      if (token !== this.token) await this.request('auth.renew', { token });
      if (turn !== this.turn) return;
      this.token = token;
      this.scheduleRenewal();
    } catch (thrown) {
      if (turn !== this.turn) return;
      const error = AgentChatError.from(thrown);
      if (error.code === 'SIGNED_OUT') {
        this.lost(error);
        return;
      }
      this.dependencies.onError(error);
      this.schedule('renewal', RENEW_AGAIN_MS, () => void this.renew(turn));
    }
  }

  private schedule(name: 'attempt' | 'renewal' | 'drain', delayMs: number, run: () => void): void {
    this.cancel(name);
    const cancel = this.dependencies.environment.after(Math.min(delayMs, LONGEST_TIMER_MS), () => {
      this.timers.delete(name);
      run();
    });
    this.timers.set(name, cancel);
  }

  private cancel(name: 'attempt' | 'renewal' | 'drain'): void {
    this.timers.get(name)?.();
    this.timers.delete(name);
  }

  private change(status: ConnectionStatus): void {
    this.status = status;
    this.dependencies.onStatus(status);
  }

  private settleWaiters(error?: AgentChatError): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const { resolve, reject } of waiters) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }
}
