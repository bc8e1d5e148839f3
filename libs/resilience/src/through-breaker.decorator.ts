import { SetMetadata } from '@nestjs/common';
import { type BreakerOptions } from './breaker-options';

export const THROUGH_BREAKER = 'resilience.breaker';

/** Which breaker a method goes through. */
export interface BreakerUse {
  readonly name: string;
  readonly options: Partial<BreakerOptions>;
}

/**
 * Lets a provider's asynchronous method go through the breaker of that name, from the moment the modules are initialised. For calls to
 * what is outside: `@ThroughBreaker('s3/put', { timeoutMs: 5_000 })`. Needs `BreakerModule`, which every process has.
 */
export const ThroughBreaker = (name: string, options: Partial<BreakerOptions> = {}): MethodDecorator =>
  SetMetadata<string, BreakerUse>(THROUGH_BREAKER, { name, options });
