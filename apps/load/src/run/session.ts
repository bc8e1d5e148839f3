import { type ApiCall, callApi } from './api';
import { type Person } from './share';
import { sharedNowMs } from './shared-clock';

/** What registering, logging in and refreshing answer. */
export interface Session {
  readonly user: { readonly userId: string; readonly username: string };
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSec: number;
}

/** Of a token's life, when it is replaced. */
const RENEWED_AT = 0.75;

/** Whoever a session is of, as of now. */
export function personOf({ user, accessToken, refreshToken, expiresInSec }: Session): Person {
  return { userId: user.userId, username: user.username, accessToken, refreshToken, renewAtMs: sharedNowMs() + expiresInSec * 1_000 * RENEWED_AT };
}

/** The same person with new tokens; rejects with `ApiFailure`. */
export async function renewed(url: string, { refreshToken }: Person): Promise<Person> {
  const call: ApiCall = { method: 'POST', body: { refreshToken } };
  return personOf(await callApi<Session>(url, '/auth/refresh', call));
}
