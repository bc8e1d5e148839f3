export * from './breaker';
export * from './breaker-options';
export * from './breaker.module';
export * from './breakers';
export * from './through-breaker.decorator';
