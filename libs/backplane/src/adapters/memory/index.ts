export * from './in-memory-backplane';
