export * from './create-test-database';
export * from './database.contract';
export * from './hasty-server';
export * from './forgetful-network';
