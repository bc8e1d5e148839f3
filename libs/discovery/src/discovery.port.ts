import { type ServiceName } from '@agent-chat/contracts';

/** What runs as a process: one service, or all of them. */
export type ProcessName = ServiceName | 'standalone';

/** A running process, as others know it. */
export interface ServiceInstance {
  readonly service: ProcessName;
  /** New with each start; the address where nothing else is known. */
  readonly instanceId: string;
  /** The release it runs; empty where that isn't known. */
  readonly version: string;
  /** `host:port` at which it takes questions of other processes; empty for one that takes none. */
  readonly address: string;
  /** Where clients reach it; absent where none come. */
  readonly publicUrl?: string;
  /** The share of time that its event loop was busy lately, 0 to 1. */
  readonly load: number;
  /** Milliseconds since its last sign of life. */
  readonly ageMs: number;
}

/** Which processes there are. What is known is at hand: nothing here waits for another server, and what was known last stays while it is away. */
export abstract class Discovery {
  /** The processes of a service that were known last, in no order. Some may have ended since. */
  abstract instances(service: ServiceName): readonly ServiceInstance[];

  /** All of them, for operators. */
  abstract all(): readonly ServiceInstance[];

  /** Lets others find this process, until it leaves or gives no sign of life for a few seconds. Never rejects: it is tried again. */
  abstract announce(): Promise<void>;

  /** Takes this process off the list: nobody new comes. Never rejects. Safe to call twice. */
  abstract leave(): Promise<void>;

  /** Leaves, and stops to look for others. Safe to call twice. */
  abstract close(): Promise<void>;
}
