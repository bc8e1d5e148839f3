import { createHash } from 'node:crypto';

const MAX_PLAIN_LENGTH = 200;
/** Braces would choose the slot in a Cluster, and callers' texts reach keys. */
const PLAIN = /^[\x21-\x7a|~]*$/;

/** A caller's key as part of a Redis key: itself if it is short and plain, otherwise its digest. */
export function safeKey(key: string): string {
  if (key.length <= MAX_PLAIN_LENGTH && PLAIN.test(key)) return key;
  return `sha256-${createHash('sha256').update(key).digest('base64url')}`;
}
