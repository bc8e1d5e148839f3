import { type BackoffOptions } from './backoff';
import { type Environment } from './clock';
import { type Fetch, type RetryOptions } from './http';
import { type RunLocked } from './locks';
import { type TokenProvider } from './provided-tokens';
import { type AuthAnswer } from './session';
import { type ClientStorage } from './storage';
import { type OpenTransport } from './transport';

/** How a client is made. Only `url` is needed. */
export interface ClientOptions {
  /** Where the server is, for example `https://chat.example.com`. */
  readonly url: string;
  /** Keeps session and outbox; memory by default. In browsers `webStorage()` makes them survive a reload. */
  readonly storage?: ClientStorage | undefined;
  /** Gives tokens of one's own identity system; `register`, `login` and `logout` are not used then. */
  readonly tokenProvider?: TokenProvider | undefined;
  /**
   * Keeps what was read last, for when the server can't be reached: the room list, the newest messages of each room that was opened, its members, and people.
   * Nothing is kept without it. Give it a storage for megabytes (IndexedDB rather than localStorage) that forgets by itself, and empty it when somebody signs out.
   */
  readonly offlineStorage?: ClientStorage | undefined;
  /** A session that was made elsewhere, such as a server's answer to `login`; used unless the storage holds one. */
  readonly session?: AuthAnswer | undefined;
  /** Begins the names of what is stored. Default `agent-chat`. */
  readonly storagePrefix?: string | undefined;
  /** Messages a page of a timeline. Default 50, at most 100. */
  readonly pageSize?: number | undefined;
  /** Messages that a timeline keeps. Default 2000. */
  readonly maxMessages?: number | undefined;
  /** Repetition of REST calls. */
  readonly retry?: Partial<RetryOptions> | undefined;
  /** Reconnects. Default: full jitter, base 0.5 s, at most 30 s. */
  readonly backoff?: Partial<BackoffOptions> | undefined;
  /** Time, timers, randomness and keys; for tests. */
  readonly environment?: Partial<Environment> | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Default: Socket.IO over WebSocket. */
  readonly openTransport?: OpenTransport | undefined;
  /** Default: Web Locks, else one at a time in this process. */
  readonly locks?: RunLocked | undefined;
}
