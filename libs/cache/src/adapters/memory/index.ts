export * from './in-memory-cache';
