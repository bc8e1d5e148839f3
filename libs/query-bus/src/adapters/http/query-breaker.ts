import { type BreakerOptions } from '@agent-chat/resilience';

/** Questions of one kind that may be under way at once. */
const CAPACITY = 1_000;

/** An error that was answered is a reply like any other: the service works, though its database may not. Only silence rejects, and opens a breaker. */
export const QUERY_BREAKER: Partial<BreakerOptions> = { capacity: CAPACITY };

/** An owner that is gone is replaced within seconds, perhaps at its own address: nobody may wait for that longer than a moment. */
export const OWNER_BREAKER: Partial<BreakerOptions> = { capacity: CAPACITY, pauseMs: 1_000 };
