export * from './backplane.contract';
