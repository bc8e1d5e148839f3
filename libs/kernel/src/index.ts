export * from './app-error';
export * from './clock';
export * from './cursor';
export * from './error-catalogue';
export * from './group-by';
export * from './ids';
export * from './partition';
export * from './start-error';
