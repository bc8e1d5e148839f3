import type { ConfigProblem } from './config-error';

/** What of a cluster's surroundings was given. */
export interface GivenSurroundings {
  readonly INTERNAL_SECRET: boolean;
  readonly DATABASE_URL: boolean;
  readonly KAFKA_BROKERS: boolean;
  readonly REDIS_URL: boolean;
  readonly PUBLIC_URL: boolean;
}

const FIXES: Readonly<Record<keyof GivenSurroundings, string>> = {
  INTERNAL_SECRET: 'must be given in a cluster: at least 32 random characters, the same for every process',
  DATABASE_URL: 'must be given in a cluster: the Postgres that holds the directory, such as postgres://user:password@host:5432/name',
  KAFKA_BROKERS: 'must be given in a cluster: some of the brokers, such as one:9092,two:9092',
  REDIS_URL: 'must be given in a cluster, or REDIS_SENTINELS, or REDIS_CLUSTER_NODES',
  PUBLIC_URL: 'must be given in a cluster, the same for every process: where clients reach it, and the issuer of its tokens',
};

/** What a cluster can't do without, beside the settings' own rules. */
export function missingInCluster(given: GivenSurroundings): ConfigProblem[] {
  const settings = Object.keys(FIXES) as (keyof GivenSurroundings)[];
  return settings.filter((setting) => !given[setting]).map((setting) => ({ setting, message: FIXES[setting] }));
}
