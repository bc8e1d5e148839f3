import type { z } from 'zod';
import { InvalidSetting, setting, type SettingMeta } from './setting';

/** A whole number within bounds. */
export function integer(
  meta: Pick<SettingMeta, 'description' | 'unit'> & { readonly fallback: number; readonly min: number; readonly max: number },
): z.ZodType<number, string | undefined> {
  const { min, max, ...rest } = meta;
  return setting({
    ...rest,
    defaultText: String(meta.fallback),
    parse: (text) => {
      const value = Number(text);
      if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidSetting(`must be a whole number from ${min} to ${max}`);
      return value;
    },
  });
}

/** One word of a list, which its description names. */
export function choice<const Words extends readonly [string, ...string[]]>(meta: {
  readonly description: string;
  readonly fallback: Words[number];
  readonly words: Words;
}): z.ZodType<Words[number], string | undefined> {
  const { words, fallback, description } = meta;
  return setting<Words[number]>({
    fallback,
    description: `${description} One of ${words.map((word) => `\`${word}\``).join(', ')}.`,
    defaultText: fallback,
    parse: (text) => {
      if (!words.includes(text)) throw new InvalidSetting(`must be one of ${words.join(', ')}`);
      return text;
    },
  });
}

/** A list with commas between, empty by default. */
export function list(meta: {
  readonly description: string;
  readonly defaultText: string;
  readonly parseItem?: (item: string) => string;
}): z.ZodType<readonly string[], string | undefined> {
  const { parseItem = (item: string) => item, ...rest } = meta;
  return setting<readonly string[]>({
    ...rest,
    fallback: [],
    parse: (text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map(parseItem),
  });
}

/** JSON of a given shape; every mismatch is named with its path. */
export function json<Value>(meta: SettingMeta & { readonly fallback: Value; readonly schema: z.ZodType<Value> }): z.ZodType<Value, string | undefined> {
  const { schema, ...rest } = meta;
  return setting<Value>({ ...rest, parse: (text) => parseJson(text, schema) });
}

/** Text as a JSON value of the given shape, else `InvalidSetting`. */
export function parseJson<Value>(text: string, schema: z.ZodType<Value>): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidSetting('must be JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => [...(issue.path.length === 0 ? [] : [issue.path.join('.')]), issue.message].join(': '));
  throw new InvalidSetting(`must be JSON of the documented shape (${faults.join('; ')})`);
}

/** A URL with one of the given schemes, without a trailing slash. */
export function parseUrl(text: string, schemes: readonly string[], example: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !schemes.includes(parsed.protocol) || parsed.hostname === '') {
    throw new InvalidSetting(`must be a URL such as ${example}`);
  }
  return text.replace(/\/+$/, '');
}
