/** A place that accepts connections. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is: one server, a master that Sentinels know, or a Cluster. */
export type RedisTopology =
  | { readonly kind: 'single'; readonly address: RedisAddress; readonly database: number }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisAddress[];
      readonly masterName: string;
      readonly database: number;
      readonly sentinelPassword?: string;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] };

/** How encrypted connections check the server. */
export interface RedisTls {
  /** PEM of the authorities to trust instead of the well-known ones. */
  readonly ca?: string;
  /** The name that certificates are made out to, where it isn't the host's. */
  readonly serverName?: string;
}

/** How to reach Redis. */
export interface RedisSettings {
  readonly topology: RedisTopology;
  readonly username?: string;
  readonly password?: string;
  /** Absent: connections are not encrypted. */
  readonly tls?: RedisTls;
  /** What every key and channel begins with, so that installations can share a server. Holds no braces. */
  readonly namespace: string;
  readonly connectTimeoutMs: number;
  /** After how long a command without an answer counts as failed. */
  readonly commandTimeoutMs: number;
}
