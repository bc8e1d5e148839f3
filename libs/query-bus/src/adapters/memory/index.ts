export * from './in-memory-query-bus';
export * from './in-memory-relay';
