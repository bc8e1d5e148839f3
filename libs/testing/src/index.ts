export * from './deferred';
export * from './eventually';
export * from './fake-clock';
export * from './delivery-verifier';
export * from './test-servers';
