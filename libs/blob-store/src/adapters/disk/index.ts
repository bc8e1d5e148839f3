export * from './disk-blob-store';
