export * from './ephemeral-store.contract';
