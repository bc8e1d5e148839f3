export * from './batch-recorder';
export * from './event-log.contract';
export * from './event-log-harness';
