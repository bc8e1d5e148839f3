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

/** What an answer holds: one of the two. */
export interface AnswerBody {
  readonly answer?: unknown;
  readonly error?: ErrorBody;
}

/** What a question may hold: ids of everybody on a full gateway fit in. */
export const MAX_QUESTION_BYTES = 8 * 1024 * 1024;
/** What an answer may hold: the longest page of the longest messages fits in. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
