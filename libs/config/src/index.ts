export * from './app-config';
export * from './config-error';
export * from './describe-settings';
export * from './load-config';
export type { Profile } from './settings/process.settings';
export { type RateLimitName, type RateLimitRule } from './settings/rate-limit.settings';
