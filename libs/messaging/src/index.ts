export * from './consumer-lag';
export * from './event-context';
export * from './event-log-server';
export * from './messaging.module';
export * from './projection';
export * from './projection-runner';
