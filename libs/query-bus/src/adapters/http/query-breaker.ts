import { type BreakerOptions } from '@agent-chat/resilience';
import { UnansweredError } from './unanswered.error';

/** Questions of one kind that may be under way at once. */
const CAPACITY = 1_000;

/** An error that was answered is an answer: the service works, though its database may not. Only silence opens a breaker. */
export const QUERY_BREAKER: Partial<BreakerOptions> = { capacity: CAPACITY, isFailure: (error) => error instanceof UnansweredError };
