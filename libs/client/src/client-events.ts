import { type ConnectionStatus } from './connection';
import { type AgentChatError } from './errors';
import { type RoomEvent } from './room-events';
import { type SessionEnd } from './session';
import { type EphemeralItem, type Resync, type RoomHead, type RoomsFrame, type User } from './types';

/** What a client tells. */
export interface ClientEvents {
  /** The live connection. */
  state: ConnectionStatus;
  /** Who is signed in now; when nobody is any more, `end` tells a chosen logout from a session that ended by itself. */
  session: { readonly user: User | undefined; readonly end?: SessionEnd | undefined };
  /** An event of any room that is followed: each once, in order within its room. */
  event: RoomEvent;
  /** A followed room's log could not be continued; its history was read anew. */
  resync: Resync;
  /** The room list changed; `roomList` follows it by itself. */
  rooms: RoomsFrame;
  /** Badges of rooms that aren't followed; `roomList` follows them by itself. */
  heads: readonly RoomHead[];
  /** Typing; presence and changed profiles of those who are watched. */
  ephemeral: readonly EphemeralItem[];
  /** The server is leaving; the client reconnects by itself. */
  drain: { readonly reconnectInMs: number };
  /** Why the server closes this connection. */
  closing: { readonly code: string; readonly retryAfterMs?: number | undefined };
  /** Something failed that nobody awaits. */
  error: AgentChatError;
}
