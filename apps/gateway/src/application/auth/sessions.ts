import { type UserId } from '@agent-chat/kernel';
import { type SessionEnd } from '../../domain/auth/decide-refresh';

/** What a log-in comes from, as far as it says so. */
export interface ClientInfo {
  readonly userAgent?: string | undefined;
  readonly address?: string | undefined;
}

/** A session with the token that renews it. */
export interface RenewableSession {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly refreshToken: string;
}

/** A session as its owner sees it; times are ISO 8601. */
export interface ListedSession {
  readonly sessionId: string;
  readonly createdAt: string;
  readonly refreshedAt: string;
  readonly expiresAt: string;
  readonly userAgent?: string;
  readonly address?: string;
}

/** Log-ins: begun, listed, ended. Everything rejects with UNAVAILABLE when the directory can't be asked. */
export abstract class Sessions {
  /** A new session of a user. */
  abstract begin(userId: UserId, client: ClientInfo): Promise<RenewableSession>;

  /** A user's sessions that go on, the newest first, at most 200. */
  abstract list(userId: UserId): Promise<readonly ListedSession[]>;

  /** Ends a user's session; ending it again changes nothing. Rejects with NOT_FOUND when the user never had it. */
  abstract end(userId: UserId, sessionId: string, reason: SessionEnd): Promise<void>;
}
