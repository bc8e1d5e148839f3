/** How something stands: `degraded` still works, worse than it should. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/** What a check found. Details are for operators: no secrets all the same. */
export interface HealthFinding {
  readonly status: HealthStatus;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** Something that can tell how it stands: an adapter, an app, a consumer. Registered with `HealthRegistry`. */
export abstract class HealthIndicatorSource {
  /** Unique in the process; lower case with dots. */
  abstract readonly name: string;
  /** Whether the process is of no use to anybody while this is down: then it is not ready. Else it is degraded. */
  abstract readonly isRequired: boolean;

  /** How it stands now, soon: what takes over two seconds or rejects counts as down. */
  abstract check(): Promise<HealthFinding>;
}
