import { type HealthFinding, type HealthIndicatorSource } from './health-indicator-source';

/** A source of a function: `up` where it resolves with nothing, `down` where it rejects. Not required unless told: most servers can be missed for a while. */
export function healthSource(name: string, check: () => Promise<HealthFinding | undefined>, isRequired = false): HealthIndicatorSource {
  return { name, isRequired, check: async () => (await check()) ?? { status: 'up' } };
}
