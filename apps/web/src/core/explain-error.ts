import { msg, t } from './translate';

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
  NETWORK_ERROR: { title: msg('No connection'), advice: msg('Check your network. What you wrote is kept and sent once you are back.') },
  UNAVAILABLE: { title: msg('The server can’t take this right now'), advice: msg('Nothing was changed. Try again in a moment.') },
  TIMEOUT: { title: msg('No answer in time'), advice: msg('It may still have worked. Trying again is safe.') },
  DRAINING: { title: msg('The server is restarting'), advice: msg('Try again in a moment.') },
  SIGNED_OUT: { title: msg('You are signed out'), advice: msg('Log in again to go on.') },
  UNAUTHENTICATED: { title: msg('You are signed out'), advice: msg('Log in again to go on.') },
  INVALID_CREDENTIALS: { title: msg('Wrong username or password'), advice: msg('Check both and try again.') },
  USERNAME_TAKEN: { title: msg('That username is taken'), advice: msg('Choose another one.') },
  FORBIDDEN: { title: msg('You may not do that here'), advice: msg('Ask an owner or admin of the room.') },
  ROOM_NOT_FOUND: { title: msg('There is no such room for you'), advice: msg('It may be private, or you were removed. Ask for an invitation.') },
  NOT_A_MEMBER: { title: msg('You are not in this room'), advice: msg('Join it first.') },
  ROOM_ARCHIVED: { title: msg('This room is archived'), advice: msg('It can be read, not changed.') },
  MUTED: { title: msg('You are muted in this room'), advice: msg('Ask an admin of the room to unmute you.') },
  BANNED: { title: msg('Banned from this room'), advice: msg('An admin of the room can lift a ban.') },
  LAST_OWNER: { title: msg('A room needs an owner'), advice: msg('Make somebody else an owner first.') },
  MESSAGE_DELETED: { title: msg('That message was deleted'), advice: msg('There is nothing left to change.') },
  MESSAGE_NOT_FOUND: { title: msg('That message is gone'), advice: msg('Reload the room to see what is there.') },
  LIMIT_REACHED: { title: msg('That is too many'), advice: msg('Remove one first.') },
  IDEMPOTENCY_CONFLICT: { title: msg('This was sent before with other words'), advice: msg('Write it again as a new message.') },
};

function wait(retryAfterMs: unknown): string {
  if (typeof retryAfterMs !== 'number') return t('Wait a moment, then try again.');
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return seconds < 90 ? t('Try again in {seconds} s.', { seconds }) : t('Try again in {minutes} min.', { minutes: Math.ceil(seconds / 60) });
}

function fields(errors: unknown): string {
  if (!Array.isArray(errors)) return '';
  const told = errors as readonly { readonly path?: unknown; readonly message?: unknown }[];
  return told.map(({ path, message }) => [path, message].filter((part) => typeof part === 'string' && part !== '').join(' ')).join('; ');
}

/** Words for a failure of the SDK (or of anything else), with what to do. */
export function explainError(thrown: unknown): Explanation {
  const { code, message, retryAfterMs, errors } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Failure;
  if (code === 'RATE_LIMITED') return { title: t('That was a bit fast'), advice: wait(retryAfterMs) };
  if (code === 'VALIDATION_FAILED') return { title: t('Something is not right'), advice: fields(errors) || t('Check what you entered.') };
  const known = typeof code === 'string' ? KNOWN[code] : undefined;
  if (known !== undefined) return { title: t(known.title), advice: t(known.advice) };
  return { title: t('Something went wrong'), advice: typeof message === 'string' && message !== '' ? message : t('Try again.') };
}
