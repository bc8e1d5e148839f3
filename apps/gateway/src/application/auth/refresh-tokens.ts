import { type User } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';
import { type RenewableSession } from './sessions';

/** A session with its fresh token, and whose it is. */
export interface RenewedSession extends RenewableSession {
  readonly user: User;
}

/** The tokens that renew sessions: each is exchanged once. Everything rejects with UNAVAILABLE when the directory can't be asked. */
export abstract class RefreshTokens {
  /**
   * Exchanges a token for its successor, the same for as long as it may be shown again. Rejects with UNAUTHENTICATED when it is none or its session has
   * ended; with REFRESH_TOKEN_REUSED, and the session ended, when it was shown too often.
   */
  abstract exchange(text: string): Promise<RenewedSession>;

  /** The session that a token belongs to, ended or not; undefined when it is no token. */
  abstract sessionOf(text: string): Promise<{ readonly sessionId: string; readonly userId: UserId } | undefined>;
}
