export * from './query-bus.contract';
export * from './relay.contract';
