export * from './http-query-bus';
export * from './query-server';
export * from './service-secret';
