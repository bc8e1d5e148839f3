import { type QueryAnswer, type QueryInput, type QueryName } from '@agent-chat/contracts';
import { type JsonText } from './json-text';

/** How a question is asked. */
export interface AskOptions {
  /** How long the caller waits, in milliseconds, from now. */
  readonly timeoutMs: number;
  /** Ask the owner of this partition; without it, any process that answers the query. */
  readonly partition?: number;
}

/** What a handler may know of its call. */
export interface QueryContext {
  /** Aborted at the deadline: what is still running is for nobody. */
  readonly signal: AbortSignal;
}

/** Answers a question. May throw an `AppError`, which reaches the asker; anything else reaches it as INTERNAL. */
export type QueryHandler<Name extends QueryName> = (input: QueryInput<Name>, context: QueryContext) => Promise<QueryAnswer<Name> | JsonText>;

/** Typed questions between services. Only what survives JSON passes, in both directions. */
export abstract class QueryBus {
  /**
   * The answer before the deadline, or an `AppError`: what the handler threw (anything but an `AppError` becomes INTERNAL),
   * VALIDATION_FAILED for input that the query doesn't take, FRAME_TOO_LARGE for more of it than crosses between processes, TIMEOUT at the deadline,
   * UNAVAILABLE when nobody answers this query. Queries change nothing, or are idempotent: a caller may ask again.
   */
  abstract ask<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<QueryAnswer<Name>>;

  /** As `ask`, but the answer as the JSON text that it travelled as: for who only passes it on. */
  abstract askText<Name extends QueryName>(query: Name, input: QueryInput<Name>, options: AskOptions): Promise<string>;

  /** Declares who answers a query; the input has been validated. Throws if this process answers it already. */
  abstract answer<Name extends QueryName>(query: Name, handler: QueryHandler<Name>): void;

  /** Refuses further questions with UNAVAILABLE and waits for running handlers. Safe to call twice. */
  abstract close(): Promise<void>;
}
