import { type ErrorBody } from '@agent-chat/kernel';

/** Questions travel as `POST /queries/<name>` with the input as JSON. */
export const QUERY_PATH = '/queries/';

/** Headers of questions and answers. */
export const HEADERS = {
  /** How long the caller still waits, in milliseconds: clocks of two machines are never compared. */
  deadlineMs: 'x-deadline-ms',
  requestId: 'x-request-id',
  /** Why a question was turned away before any handler saw it; absent in every other answer. */
  declined: 'x-declined',
} as const;

/** Why a question was turned away: another process may take it. */
export type Decline = 'closed' | 'unknown' | 'not-the-owner' | 'wrong-secret';

/** What an answer with any status but 200 holds. */
export interface ErrorAnswer {
  readonly error?: ErrorBody;
}

const BEFORE_ANSWER = '{"answer":';

/** What an answer with status 200 holds: `{"answer":...}`, or `{}` where JSON doesn't know the answer. */
export function answerBody(text: string | undefined): string {
  return text === undefined ? '{}' : `${BEFORE_ANSWER}${text}}`;
}

/** The answer as JSON text, out of such a body. Throws for a body that is none. */
export function answerIn(body: string): string | undefined {
  if (body === '{}') return undefined;
  if (!body.startsWith(BEFORE_ANSWER) || !body.endsWith('}')) throw new SyntaxError('This is no answer of a service');
  return body.slice(BEFORE_ANSWER.length, -1);
}

/** What a question may hold: ids of everybody on a full gateway fit in. */
export const MAX_QUESTION_BYTES = 8 * 1024 * 1024;
/** What an answer may hold: the longest page of the longest messages fits in. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
