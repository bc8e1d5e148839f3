export * from './in-memory-query-bus';
