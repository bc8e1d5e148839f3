export * from './bindings';
export * from './bootstrap';
export * from './ports';
export * from './runtime.module';
