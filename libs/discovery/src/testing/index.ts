export * from './discovery.contract';
