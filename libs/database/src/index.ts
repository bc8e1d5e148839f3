export * from './database-error';
export * from './database.port';
export * from './migration-error';
export * from './migrator';
export * from './page-token';
export * from './while-reachable';
