export * from './query-bus.contract';
