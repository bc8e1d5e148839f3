import { z } from 'zod';
import { defineQuery } from './define-query';

/** Largest picture that is taken for a person, in bytes: in Base64 it fits into a question. */
export const MAX_AVATAR_BYTES = 5 * 1024 * 1024;

const base64 = z.string().max(Math.ceil(MAX_AVATAR_BYTES / 3) * 4);

/** What somebody waits for, which any worker does at once; all else are jobs. */
export const WORKER_QUERIES = {
  /** A person's picture, made of any image: a square WebP without metadata. The same image gives the same bytes. FILE_REFUSED for one that can't be read or has too many pixels. */
  'avatar.make': defineQuery('any', z.object({ image: base64 }), z.object({ picture: base64 })),
} as const;
