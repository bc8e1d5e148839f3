/** What a person is told of a failure. */
export interface Explanation {
  readonly title: string;
  /** What they can do. */
  readonly advice: string;
}

interface Failure {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly retryAfterMs?: unknown;
  readonly errors?: unknown;
}

const KNOWN: Readonly<Record<string, Explanation>> = {
  NETWORK_ERROR: { title: 'No connection', advice: 'Check your network. What you wrote is kept and sent once you are back.' },
  UNAVAILABLE: { title: 'The server can’t take this right now', advice: 'Nothing was changed. Try again in a moment.' },
  TIMEOUT: { title: 'No answer in time', advice: 'It may still have worked. Trying again is safe.' },
  DRAINING: { title: 'The server is restarting', advice: 'Try again in a moment.' },
  SIGNED_OUT: { title: 'You are signed out', advice: 'Log in again to go on.' },
  UNAUTHENTICATED: { title: 'You are signed out', advice: 'Log in again to go on.' },
  INVALID_CREDENTIALS: { title: 'Wrong username or password', advice: 'Check both and try again.' },
  USERNAME_TAKEN: { title: 'That username is taken', advice: 'Choose another one.' },
  FORBIDDEN: { title: 'You may not do that here', advice: 'Ask an owner or admin of the room.' },
  ROOM_NOT_FOUND: { title: 'There is no such room for you', advice: 'It may be private, or you were removed. Ask for an invitation.' },
  NOT_A_MEMBER: { title: 'You are not in this room', advice: 'Join it first.' },
  ROOM_ARCHIVED: { title: 'This room is archived', advice: 'It can be read, not changed.' },
  MUTED: { title: 'You are muted in this room', advice: 'Ask an admin of the room to unmute you.' },
  BANNED: { title: 'Banned from this room', advice: 'An admin of the room can lift a ban.' },
  LAST_OWNER: { title: 'A room needs an owner', advice: 'Make somebody else an owner first.' },
  MESSAGE_DELETED: { title: 'That message was deleted', advice: 'There is nothing left to change.' },
  MESSAGE_NOT_FOUND: { title: 'That message is gone', advice: 'Reload the room to see what is there.' },
  LIMIT_REACHED: { title: 'That is too many', advice: 'Remove one first.' },
  IDEMPOTENCY_CONFLICT: { title: 'This was sent before with other words', advice: 'Write it again as a new message.' },
};

function wait(retryAfterMs: unknown): string {
  if (typeof retryAfterMs !== 'number') return 'Wait a moment, then try again.';
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return seconds < 90 ? `Try again in ${String(seconds)} s.` : `Try again in ${String(Math.ceil(seconds / 60))} min.`;
}

function fields(errors: unknown): string {
  if (!Array.isArray(errors)) return '';
  const told = errors as readonly { readonly path?: unknown; readonly message?: unknown }[];
  return told.map(({ path, message }) => [path, message].filter((part) => typeof part === 'string' && part !== '').join(' ')).join('; ');
}

/** Words for a failure of the SDK (or of anything else), with what to do. */
export function explainError(thrown: unknown): Explanation {
  const { code, message, retryAfterMs, errors } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Failure;
  if (code === 'RATE_LIMITED') return { title: 'That was a bit fast', advice: wait(retryAfterMs) };
  if (code === 'VALIDATION_FAILED') return { title: 'Something is not right', advice: fields(errors) || 'Check what you entered.' };
  const known = typeof code === 'string' ? KNOWN[code] : undefined;
  if (known !== undefined) return known;
  return { title: 'Something went wrong', advice: typeof message === 'string' && message !== '' ? message : 'Try again.' };
}
