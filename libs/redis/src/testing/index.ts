export * from './redis-topologies';
