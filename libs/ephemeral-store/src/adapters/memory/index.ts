export * from './in-memory-ephemeral-store';
