export * from './blob-store.port';
export * from './guarded-blob-store';
export * from './require-key';
