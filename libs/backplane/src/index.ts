export * from './backplane.port';
