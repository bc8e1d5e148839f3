export * from './query-bus.port';
export { JsonText } from './json-text';
export * from './not-the-owner.error';
export * from './relay.port';
