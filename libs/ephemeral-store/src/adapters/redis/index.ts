export * from './redis-ephemeral-store';
