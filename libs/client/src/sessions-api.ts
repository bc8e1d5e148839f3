import { type Http } from './http';
import { type ListedSession } from './types';

/** The person's own log-ins of the built-in issuer. */
export class SessionsApi {
  constructor(private readonly http: Http) {}

  /** Those that go on, the newest first. */
  async list(): Promise<readonly ListedSession[]> {
    return (await this.http.request<{ readonly items: readonly ListedSession[] }>({ method: 'GET', path: '/auth/sessions' })).items;
  }

  /** Ends one: its connections close within seconds, and it can't be renewed. Ending it again changes nothing, so that the call is repeated when no answer came. */
  async end(sessionId: string): Promise<void> {
    await this.http.request({ method: 'DELETE', path: `/auth/sessions/${encodeURIComponent(sessionId)}`, key: sessionId });
  }
}
