export * from './bindings';
export * from './bootstrap';
export * from './open-peers';
export * from './ports';
export * from './run-migrations';
export * from './runtime.module';
export * from './service-app';
