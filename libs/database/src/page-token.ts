import { AppError } from '@agent-chat/kernel';
import { z } from 'zod';

/** An instant as Postgres writes it as text, with microseconds: a page that begins there leaves nothing out. Only what it wrote may come back. */
export const InstantText = z
  .string()
  .regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/)
  .refine(isOnTheCalendar);

/** Text that a column may hold: in no other does Postgres look for a place. */
export const StorableText = z.string().regex(/^[^\0]*$/);

/** Encodes where a page ended; opaque to clients. */
export function encodePageToken(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place), 'utf8').toString('base64url');
}

/** Where the page before ended, or `undefined` for the first page; VALIDATION_FAILED for what `encodePageToken` did not make. */
export function decodePageToken<Schema extends z.ZodType>(token: string | undefined, schema: Schema): z.output<Schema> | undefined {
  if (token === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(Buffer.from(token, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'cursor', message: 'must be a cursor of an earlier page of this list' }] });
}

/** The first `limit` items, and the token of the last of them if there are more. */
export function cutPage<Item>(items: readonly Item[], limit: number, place: (item: Item) => readonly (string | number)[]): { page: Item[]; next?: string } {
  const page = items.slice(0, limit);
  const last = page[page.length - 1];
  return items.length > limit && last !== undefined ? { page, next: encodePageToken(place(last)) } : { page };
}

/** Whether there is such a day and time of day: Postgres refuses the 30th of February, and a year 0. */
function isOnTheCalendar(text: string): boolean {
  const [date = '', time = ''] = text.split(' ');
  const year = date.slice(0, -'-MM-DD'.length);
  const asWritten = `${year.length > 4 ? `+${year.padStart(6, '0')}` : year}${date.slice(year.length)}T${time.slice(0, 'HH:MM:SS'.length)}`;
  const atMs = Date.parse(`${asWritten}Z`);
  // What isn't on it is carried over to the next month or day.
  return Number(year) > 0 && !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(asWritten);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
