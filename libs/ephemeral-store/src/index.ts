export * from './ephemeral-store.port';
