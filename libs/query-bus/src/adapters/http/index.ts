export * from './http-query-bus';
export * from './http-relay';
export * from './query-server';
export * from './service-secret';
