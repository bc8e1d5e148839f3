export * from './open-postgres-database';
export * from './postgres-database';
export * from './statement-observer';
