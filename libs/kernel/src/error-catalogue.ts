/** What kind of failure a code is; decides the HTTP status, the frame error and whether a socket closes. */
export type ErrorCategory =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'too_large' | 'rate_limited' | 'unavailable' | 'timeout' | 'internal';

/** One entry of the catalogue. `retryable` has no default: each code's author decides. */
export interface ErrorSpec {
  readonly category: ErrorCategory;
  /** Whether the same call, with the same key, may succeed later without a change by the caller. */
  readonly retryable: boolean;
  /** What happened, for a person; also the problem's `title`. */
  readonly title: string;
}

/** Every error that leaves the system, over any transport. Codes are never renamed. */
export const ERRORS = {
  VALIDATION_FAILED: { category: 'invalid', retryable: false, title: 'The request is not valid' },
  MALFORMED_REQUEST: { category: 'invalid', retryable: false, title: 'The request could not be read' },
  UNKNOWN_EVENT: { category: 'invalid', retryable: false, title: 'There is no such call' },
  FRAME_TOO_LARGE: { category: 'too_large', retryable: false, title: 'The request is larger than allowed' },
  FILE_TOO_LARGE: { category: 'too_large', retryable: false, title: 'The file is larger than allowed' },
  FILE_REFUSED: { category: 'invalid', retryable: false, title: 'A file like this is not accepted' },
  CHECKSUM_MISMATCH: { category: 'invalid', retryable: false, title: 'What arrived is not what the sender said it would be: upload it again' },
  UNAUTHENTICATED: { category: 'unauthenticated', retryable: false, title: 'A valid access token is needed' },
  INVALID_CREDENTIALS: { category: 'unauthenticated', retryable: false, title: 'The username or the password is wrong' },
  REFRESH_TOKEN_REUSED: { category: 'unauthenticated', retryable: false, title: 'This refresh token was used before; its session has been ended' },
  FORBIDDEN: { category: 'forbidden', retryable: false, title: 'The caller may not do this' },
  NOT_A_MEMBER: { category: 'forbidden', retryable: false, title: 'Only members of the room may do this' },
  BANNED: { category: 'forbidden', retryable: false, title: 'The caller is banned from this room' },
  MUTED: { category: 'forbidden', retryable: false, title: 'The caller is muted in this room' },
  ROOM_ARCHIVED: { category: 'forbidden', retryable: false, title: 'The room is archived' },
  NOT_FOUND: { category: 'not_found', retryable: false, title: 'There is nothing at this address' },
  ROOM_NOT_FOUND: { category: 'not_found', retryable: false, title: 'There is no such room, or the caller may not see it' },
  MESSAGE_NOT_FOUND: { category: 'not_found', retryable: false, title: 'There is no such message in this room' },
  ATTACHMENT_NOT_FOUND: { category: 'not_found', retryable: false, title: 'There is no such file, or the caller may not see or use it here' },
  USER_NOT_FOUND: { category: 'not_found', retryable: false, title: 'There is no such user' },
  MEMBER_NOT_FOUND: { category: 'not_found', retryable: false, title: 'This user is not a member of the room' },
  ATTACHMENT_IN_USE: { category: 'conflict', retryable: false, title: 'This file belongs to another message' },
  UPLOAD_CONFLICT: {
    category: 'conflict',
    retryable: true,
    title: 'The upload is somewhere else than the caller thinks: ask how far it is, and go on from there',
  },
  IDEMPOTENCY_CONFLICT: { category: 'conflict', retryable: false, title: 'This key was used before with other content' },
  USERNAME_TAKEN: { category: 'conflict', retryable: false, title: 'This username is taken' },
  ROOM_EXISTS: { category: 'conflict', retryable: false, title: 'A room with this id exists already' },
  LAST_OWNER: { category: 'conflict', retryable: false, title: 'A room needs an owner: make somebody else an owner first' },
  DEAD_LETTER_SETTLED: { category: 'conflict', retryable: false, title: 'This dead letter was replayed or discarded before' },
  MESSAGE_DELETED: { category: 'conflict', retryable: false, title: 'The message is deleted' },
  LIMIT_REACHED: { category: 'conflict', retryable: false, title: 'A limit of this room or account is reached' },
  RESYNC_REQUIRED: { category: 'conflict', retryable: false, title: 'The cursor cannot be continued: read the history again' },
  TOO_MANY_SUBSCRIPTIONS: { category: 'rate_limited', retryable: false, title: 'This connection has too many subscriptions' },
  RATE_LIMITED: { category: 'rate_limited', retryable: true, title: 'Too many requests' },
  SLOW_CONSUMER: { category: 'rate_limited', retryable: true, title: 'The connection did not read fast enough; reconnect and resume from the cursor' },
  UNAVAILABLE: { category: 'unavailable', retryable: true, title: 'Certainly not accepted: try again later' },
  DRAINING: { category: 'unavailable', retryable: true, title: 'This server is shutting down: reconnect' },
  LOG_UNAVAILABLE: { category: 'unavailable', retryable: true, title: 'The event log wrote nothing' },
  LOG_UNCERTAIN: { category: 'timeout', retryable: true, title: 'The event log may have written some of it' },
  TIMEOUT: { category: 'timeout', retryable: true, title: 'No answer in time; it may still be stored, so try again with the same key' },
  INTERNAL: { category: 'internal', retryable: false, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorSpec>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;

/** The HTTP status of each category. */
export const HTTP_STATUS: Record<ErrorCategory, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};
