export * from './postgres-database';
export * from './statement-observer';
