export * from './query-bus.port';
