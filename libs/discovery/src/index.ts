export * from './discovery.port';
export * from './process-identity';
