export * from './bindings';
export * from './ports';
export * from './runtime.module';
