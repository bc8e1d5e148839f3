export * from './redis-settings';
export * from './redis-connection';
export * from './redis-error';
export * from './redis-subscription';
export * from './safe-key';
export * from './open-redis-client';
export * from './await-redis';
