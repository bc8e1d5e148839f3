export * from './dns-discovery';
