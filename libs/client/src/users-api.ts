import { type Environment } from './clock';
import { type Http } from './http';
import { type Me, type Page, type User } from './types';

/** What may be changed of one's own profile. */
export interface ProfileChange {
  readonly displayName?: string;
  /** `null` removes it. */
  readonly avatarUrl?: string | null;
}

/** People. */
export class UsersApi {
  constructor(
    private readonly http: Http,
    private readonly environment: Environment,
  ) {}

  /** The signed-in person. */
  me(): Promise<Me> {
    return this.http.request({ method: 'GET', path: '/users/me' });
  }

  updateMe(change: ProfileChange): Promise<User> {
    return this.http.request({ method: 'PATCH', path: '/users/me', body: change, key: this.environment.newKey() });
  }

  get(userId: string): Promise<User> {
    return this.http.request({ method: 'GET', path: `/users/${encodeURIComponent(userId)}` });
  }

  /** People whose username or display name begins so. */
  search(query: string, options: { readonly cursor?: string; readonly limit?: number } = {}): Promise<Page<User>> {
    return this.http.request({ method: 'GET', path: '/users', query: { query, ...options } });
  }
}
