/** How long a token that was exchanged may be shown again: its answer may have been lost, or two tabs may share it. */
export const REUSE_GRACE_MS = 30_000;

/** Why a session ended before its time. */
export type SessionEnd = 'logout' | 'revoked' | 'reuse';

/** A refresh token and its session, as stored. */
export interface ShownToken {
  readonly usedAtMs?: number | undefined;
  readonly sessionExpiresAtMs: number;
  readonly sessionEnd?: SessionEnd | undefined;
}

/** What showing a refresh token leads to. */
export type RefreshDecision =
  /** Exchange it for a new one. */
  | 'exchange'
  /** Give the same successor again. */
  | 'repeat'
  /** Its session is over. */
  | 'ended'
  /** Whoever shows it isn't the only one who has it: end the session. */
  | 'reused';

/** Decides over a refresh token whose secret was right. */
export function decideRefresh({ usedAtMs, sessionExpiresAtMs, sessionEnd }: ShownToken, nowMs: number): RefreshDecision {
  if (sessionEnd === 'reuse') return 'reused';
  if (sessionEnd !== undefined || sessionExpiresAtMs <= nowMs) return 'ended';
  if (usedAtMs === undefined) return 'exchange';
  return nowMs - usedAtMs <= REUSE_GRACE_MS ? 'repeat' : 'reused';
}
