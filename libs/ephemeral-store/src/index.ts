export * from './ephemeral-store.port';
export * from './token-bucket';
