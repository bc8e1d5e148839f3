import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isUuid } from '@agent-chat/kernel';

/** A refresh token: `id` finds its row, `secret` proves that it is shown by its owner. */
export interface RefreshToken {
  readonly id: string;
  /** 43 characters of base64url: 256 bits. */
  readonly secret: string;
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The first token of a session. */
export function firstRefreshToken(id: string): RefreshToken {
  return { id, secret: randomBytes(32).toString('base64url') };
}

/**
 * The token that follows `parent`. The same parent and id give the same token, so a lost answer can be given again although only hashes are stored:
 * it takes the parent's secret, which only its owner has, and the server's, which only the server has.
 */
export function successorOf(parent: RefreshToken, id: string, serverSecret: Uint8Array): RefreshToken {
  return { id, secret: createHmac('sha256', serverSecret).update(`${parent.secret}.${id}`).digest('base64url') };
}

/** The token as it is handed out. */
export function formatRefreshToken({ id, secret }: RefreshToken): string {
  return `${id}.${secret}`;
}

/** A token as it was shown; undefined for anything that can't be one. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [id = '', secret = '', ...rest] = text.split('.');
  return isUuid(id) && SECRET.test(secret) && rest.length === 0 ? { id, secret } : undefined;
}

/** What is stored of a token. A plain hash is enough for 256 random bits. */
export function hashRefreshToken({ secret }: RefreshToken): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whether the token is the one whose hash is stored; takes the same time for any. */
export function isHashedAs(token: RefreshToken, stored: Uint8Array): boolean {
  const shown = hashRefreshToken(token);
  return shown.length === stored.length && timingSafeEqual(shown, stored);
}
