export * from './database-error';
export * from './database.port';
export * from './migration-error';
export * from './migrator';
