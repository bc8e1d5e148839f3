import { AppError, type FieldError } from '@agent-chat/kernel';
import { type z } from 'zod';

const MAX_FIELD_ERRORS = 20;

/** What is wrong, field by field, at most 20. Never echoes the input. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.slice(0, MAX_FIELD_ERRORS).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
}

function counted(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : 'item';
  return `${count} ${unit}${Number(count) === 1 ? '' : 's'}`;
}

/** A limit of a number, or of how much there may be in a text or a list. */
function limited(bound: 'at least' | 'at most', limit: number | bigint, origin: string): string {
  return origin === 'string' || origin === 'array' ? `must have ${bound} ${counted(limit, origin)}` : `must be ${bound} ${limit}`;
}

/** Says what to send instead, where the schema itself has no words for it. */
const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is required' : `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_big') return limited('at most', issue.maximum, issue.origin);
  if (issue.code === 'too_small') return limited('at least', issue.minimum, issue.origin);
  return undefined;
};

/** The parsed input, or VALIDATION_FAILED with one entry a wrong field. */
export function validate<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input, { error: inPlainWords });
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', { errors: fieldErrors(parsed.error) });
}
