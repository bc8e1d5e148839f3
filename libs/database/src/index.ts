export * from './database-error';
export * from './database.port';
