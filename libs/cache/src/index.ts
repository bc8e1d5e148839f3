export * from './cache.port';
export { type CacheObserver } from './cache-observer';
