export * from './redis-backplane';
