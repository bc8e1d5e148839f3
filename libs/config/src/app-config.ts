import type { TrustedIssuer } from './settings/auth.settings';
import type { Profile } from './settings/process.settings';
import type { RateLimits } from './settings/rate-limit.settings';

/** How much a process writes to its log. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** The public door. */
export interface ServerConfig {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Without a trailing slash. Where it wasn't given: `http://localhost:<port>`. */
  readonly publicUrl: string;
  /** Lower-case origins; `*` is any. */
  readonly corsOrigins: readonly string[];
  /** As Express's `trust proxy` takes them. */
  readonly trustedProxies: readonly string[];
  readonly drainMs: number;
}

/** The door for other processes, and where theirs are. */
export interface InternalConfig {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** The host by which others reach this process; absent where `host` says it. */
  readonly address?: string;
  /** The first is sent, all are accepted. None outside a cluster. */
  readonly secrets: readonly string[];
  /** Without a trailing slash, by service; those without one are found in the registry. */
  readonly urls: { readonly chat?: string; readonly presence?: string; readonly analytics?: string; readonly storage?: string };
}

/** The database and its connections. */
export interface DatabaseConfig {
  /** Absent: the embedded Postgres under `dataDir`. Holds a password. */
  readonly url?: string;
  /** Databases that hold rooms, by name. Hold passwords. */
  readonly shardUrls: Readonly<Record<string, string>>;
  /** Of any of these databases, by its name (`main` is that of `url`). Hold passwords. */
  readonly replicaUrls: Readonly<Record<string, readonly string[]>>;
  readonly poolSize: number;
  /** 0 is never. */
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

/** Kafka: how it is reached, and how long it is waited for. */
export interface KafkaConfig {
  readonly connection: {
    /** `host:port` of some of the brokers. */
    readonly brokers: readonly string[];
    /** Absent: not encrypted. In PEM. */
    readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
    readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string };
    readonly connectTimeoutMs: number;
    readonly requestTimeoutMs: number;
  };
  readonly replicationFactor: number;
  readonly appendTimeoutMs: number;
  readonly sessionTimeoutMs: number;
}

/** Where Redis is and how to reach it. */
export interface RedisConfig {
  readonly topology:
    | { readonly kind: 'single'; readonly address: { readonly host: string; readonly port: number }; readonly database: number }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly { readonly host: string; readonly port: number }[];
        readonly masterName: string;
        readonly database: number;
        readonly sentinelPassword?: string;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly { readonly host: string; readonly port: number }[] };
  readonly username?: string;
  readonly password?: string;
  /** Absent: connections are not encrypted. `ca` is PEM. */
  readonly tls?: { readonly ca?: string; readonly serverName?: string };
  /** What every key begins with. */
  readonly namespace: string;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

/** Who may come in, and for how long. */
export interface AuthConfig {
  readonly trustedIssuers: readonly TrustedIssuer[];
  /** Usernames, or `issuer|sub`. */
  readonly operators: readonly string[];
  readonly accessTokenTtlSec: number;
  readonly refreshTokenTtlSec: number;
}

/** What one process and one connection may use at most. */
export interface LimitsConfig {
  readonly maxFrameBytes: number;
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerUser: number;
  readonly maxOpenCalls: number;
  readonly answerTargetMs: number;
  readonly outboundQueueBytes: number;
  readonly subscriptionsPerConnection: number;
  readonly historyCacheBytes: number;
}

/** Files of messages: what is taken, and where it is kept. */
export interface FilesConfig {
  readonly maxBytes: number;
  /** Begun and not finished. */
  readonly maxUploadsPerUser: number;
  /** Width times height. */
  readonly maxImagePixels: number;
  /** Media types, by content, in lower case. */
  readonly refusedTypes: readonly string[];
  /** Of a file that no message has. */
  readonly keepMs: number;
  /** Absent where no bucket is named; the standalone needs none. */
  readonly s3?: {
    readonly endpoint?: string;
    readonly region: string;
    readonly bucket: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly forcePathStyle: boolean;
    readonly connectTimeoutMs: number;
    readonly requestTimeoutMs: number;
  };
}

/** Every setting of a process, checked. A class, so that it is its own injection token. */
export abstract class AppConfig {
  abstract readonly profile: Profile;
  abstract readonly logLevel: LogLevel;
  /** Absolute. */
  abstract readonly dataDir: string;
  /** How many logical shards there are (P4). */
  abstract readonly partitions: number;
  abstract readonly server: ServerConfig;
  abstract readonly internal: InternalConfig;
  abstract readonly database: DatabaseConfig;
  /** Absent where no setting names one; the standalone needs none. */
  abstract readonly kafka?: KafkaConfig;
  abstract readonly redis?: RedisConfig;
  abstract readonly auth: AuthConfig;
  abstract readonly rateLimits: RateLimits;
  abstract readonly limits: LimitsConfig;
  abstract readonly files: FilesConfig;
}
