import { isUuid, parseCursor, type AttachmentId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { z } from 'zod';

/** Longest text of a message, in code points. */
export const MAX_TEXT_CODE_POINTS = 8_000;

const LONE_SURROGATE = /\p{Surrogate}/u;
const CONTROL = /\p{Cc}/u;
// Braille's blank pattern counts as a symbol.
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{Cc}\p{Cf}\u2800]/u;
// They reach beyond the name, and make another's out of it: "\u202Enimda" reads as "admin". Marks such as U+200F don't.
const TURNS_DIRECTION = /[\u202A-\u202E\u2066-\u2069]/u;

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Text that Postgres and every client can hold: no NUL, no lone surrogate. `max` counts code points. */
export function wellFormedText(max: number) {
  return z
    .string()
    .max(max * 2, `at most ${String(max)} characters`)
    .refine((text) => !text.includes('\0'), 'must not contain NUL')
    .refine((text) => !LONE_SURROGATE.test(text), 'must not contain a lone surrogate')
    .refine((text) => text.length <= max || countCodePoints(text) <= max, `at most ${String(max)} characters`);
}

/** One line of text for names and titles: nothing that controls a terminal or the direction of text, not blank, trimmed. */
export function singleLine(max: number) {
  return wellFormedText(max)
    .refine((text) => !CONTROL.test(text), 'must be a single line')
    .refine((text) => !TURNS_DIRECTION.test(text), 'must not contain characters that override the direction of text')
    .refine((text) => VISIBLE.test(text), 'must not be blank')
    .transform((text) => text.trim());
}

/** A UUID in canonical form; upper case is accepted and lowered. */
function id<Id extends string>() {
  return z
    .string()
    .toLowerCase()
    .refine(isUuid, 'must be a UUID')
    .transform((text) => text as Id)
    .meta({ format: 'uuid' });
}

/** A room's id. */
export const RoomIdSchema = id<RoomId>();
/** A person's or bot's id. */
export const UserIdSchema = id<UserId>();
/** A message's id. */
export const MessageIdSchema = id<MessageId>();

/** A file's id. */
export const AttachmentIdSchema = id<AttachmentId>();

/** An idempotency key (P1); `clientMsgId`, `Idempotency-Key` and `key` are one thing. */
export const KeySchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 . _ -')
  .meta({ description: 'Idempotency key, unique by author and room for 7 days' });

/** `"<epoch>.<seq>"`. */
export const CursorSchema = z
  .string()
  .max(40)
  .refine((text) => parseCursor(text) !== undefined, 'must be "<epoch>.<seq>", for example "1.41"')
  .meta({ description: 'Everything in this room up to and including seq has been seen', examples: ['1.41'] });

/** A place in a room's log; 0 is before the first event. */
export const SeqSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** An instant, ISO 8601 in UTC with milliseconds. */
export const IsoTimeSchema = z.iso.datetime({ precision: 3 }).meta({ description: 'ISO 8601, UTC, milliseconds' });
/** The text of a message: 1 to 8,000 code points, something of it visible. */
export const MessageTextSchema = wellFormedText(MAX_TEXT_CODE_POINTS).refine((text) => VISIBLE.test(text), 'must not be blank');

/** The text of a message that has files: it may be empty. */
export const CaptionSchema = wellFormedText(MAX_TEXT_CODE_POINTS);
/** Whether anything of a text can be seen. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** One emoji or a short custom name such as `:ship-it:`. */
export const EmojiSchema = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => /^(\p{RGI_Emoji}|:[a-z0-9_+\-]{1,40}:)$/v.test(text), 'must be one emoji or a :name:')
  .meta({ examples: ['👍', ':ship-it:'] });
