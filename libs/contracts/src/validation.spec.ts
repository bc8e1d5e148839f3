import { AppError } from '@agent-chat/kernel';
import { z } from 'zod';
import { REST_QUERIES } from './rest/parameters';
import { validate } from './validation';

/** What a caller is told of the only fault of an input. */
function told(schema: z.ZodType, input: unknown): string | undefined {
  try {
    validate(schema, input);
  } catch (error) {
    return error instanceof AppError ? error.errors?.[0]?.message : String(error);
  }
  return undefined;
}

describe('what is wrong with an input is said in plain words', () => {
  it.each([
    ['a field that is missing', z.object({ name: z.string() }), {}, 'is required'],
    ['another type', z.object({ name: z.string() }), { name: 1 }, 'must be a string'],
    ['none of some words', z.enum(['a', 'b']), 'c', 'must be one of a, b'],
    ['too large a number', z.int().max(100), 101, 'must be at most 100'],
    ['too small a number', z.int().min(1), 0, 'must be at least 1'],
    ['too long a text', z.string().max(3), 'four', 'must have at most 3 characters'],
    ['too short a text', z.string().min(1), '', 'must have at least 1 character'],
    ['too many items', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 item'],
    ['too few items', z.array(z.string()).min(2), ['a'], 'must have at least 2 items'],
    ['a place in the history that is none', REST_QUERIES.history, { around: 'yesterday' }, 'must be a seq, or an ISO 8601 date or time'],
    ['a page that is too large', REST_QUERIES.history, { limit: '1000' }, 'must be at most 100'],
  ])('%s', (_title, schema, input, message) => {
    expect(told(schema, input)).toBe(message);
  });

  it('keeps the words that a schema has itself', () => {
    expect(told(z.string().min(8, 'at least 8 letters'), 'short')).toBe('at least 8 letters');
  });
});
