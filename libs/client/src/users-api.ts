import { type Environment } from './clock';
import { type Http } from './http';
import { type Me, type Page, type User } from './types';

/** For a picture on a slow line to go up and be made. */
const PICTURE_TIMEOUT_MS = 90_000;

/** What may be changed of one's own profile. */
export interface ProfileChange {
  readonly displayName?: string;
  /** An `https` address; `null` removes it. `setAvatar` takes a picture itself. */
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

  /**
   * Makes the person's picture of an image: a JPEG, PNG, WebP, GIF or AVIF (by what it holds) of at most 5 MB. Its middle is taken, the right way up, without what a camera wrote.
   * Resolves with the new profile. Rejects with `FILE_REFUSED` or `FILE_TOO_LARGE`; after any other error it is safe to call it again.
   */
  async setAvatar(image: Blob): Promise<User> {
    const headers = { 'content-type': image.type === '' ? 'application/octet-stream' : image.type };
    const { body } = await this.http.send({ method: 'PUT', path: '/users/me/avatar', headers, body: image, timeoutMs: PICTURE_TIMEOUT_MS });
    return body as User;
  }

  /** Takes the person's picture away, whatever it was. */
  removeAvatar(): Promise<User> {
    return this.http.request({ method: 'DELETE', path: '/users/me/avatar', key: this.environment.newKey() });
  }

  get(userId: string): Promise<User> {
    const path = `/users/${encodeURIComponent(userId)}`;
    return this.http.request({ method: 'GET', path, keptAs: path });
  }

  /** People whose username or display name begins so. */
  search(query: string, options: { readonly cursor?: string; readonly limit?: number } = {}): Promise<Page<User>> {
    return this.http.request({ method: 'GET', path: '/users', query: { query, ...options } });
  }
}
