import { ERRORS, type ErrorCode } from '@agent-chat/kernel';
import { z } from 'zod';

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** `Problem` as the documents show it. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(codes),
  retryable: z.boolean().meta({ description: 'Whether the same call, with the same key, may succeed later' }),
  retryAfterMs: z.int().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
