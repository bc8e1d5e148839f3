import { type UserId } from '@agent-chat/kernel';

/** Who is calling, as a valid token says. */
export interface Principal {
  readonly userId: UserId;
  /** The log-in that the token belongs to; for a trusted issuer's token its `sid`, or issuer and subject. */
  readonly sessionId: string;
  /** Global roles, such as `operator`. */
  readonly roles: readonly string[];
  /** When the token ends, milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** Tells who a caller is. */
export abstract class Authenticator {
  /**
   * The principal of a bearer token, from the built-in issuer or a trusted one; a trusted issuer's user is created at first sight.
   * Throws UNAUTHENTICATED for anything malformed, forged, expired or revoked; UNAVAILABLE when it can't be told now.
   */
  abstract authenticate(token: string): Promise<Principal>;

  /** The principal of an event-stream ticket, which opens its one stream as often as needed while its session lives. Throws as `authenticate`. */
  abstract redeemTicket(ticket: string): Promise<Principal>;

  /** Those of the sessions that have ended. Rejects with UNAVAILABLE: then nothing is known and nobody is closed. */
  abstract endedAmong(sessionIds: readonly string[]): Promise<readonly string[]>;
}
