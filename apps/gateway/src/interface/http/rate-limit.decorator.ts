import { type RateLimitName } from '@agent-chat/config';
import { SetMetadata } from '@nestjs/common';

/** Metadata key that the interceptor reads. */
export const RATE_LIMIT = 'http.rate-limit';

/** Which limit a route counts against, in place of `rest.read` or `rest.write`; `none` is for probes and pages. */
export const RateLimit = (name: RateLimitName | 'none') => SetMetadata(RATE_LIMIT, name);
