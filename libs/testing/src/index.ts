export * from './deferred';
export * from './eventually';
export * from './fake-clock';
