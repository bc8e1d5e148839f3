export * from './database-start-error';
export * from './embedded-postgres';
export * from './open-standalone-database';
