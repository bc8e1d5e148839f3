export * from './query-bus.port';
export * from './not-the-owner.error';
export * from './relay.port';
