export * from './in-memory-discovery';
