export * from './app-config';
export * from './config-error';
export * from './describe-settings';
export * from './load-config';
export type { TrustedIssuer } from './settings/auth.settings';
export type { Profile } from './settings/process.settings';
export { DEFAULT_RATE_LIMITS, type RateLimitName, type RateLimitRule, type RateLimits } from './settings/rate-limit.settings';
