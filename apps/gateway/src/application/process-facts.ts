import { ProcessIdentity, type ServiceInstance } from '@agent-chat/discovery';
import { EventLoopDelay } from '@agent-chat/observability';
import { Injectable } from '@nestjs/common';

/** Which process this is, and how it is doing. */
export interface ProcessFactsNow extends Pick<ServiceInstance, 'service' | 'instanceId'> {
  /** As in the list of instances; absent where no other process asks this one. */
  readonly address?: string;
  readonly pid: number;
  readonly node: string;
  readonly uptimeSec: number;
  readonly rssBytes: number;
  readonly eventLoopDelayP99Ms: number;
}

/** For operators, who ask an address behind which there may be many processes. */
@Injectable()
export class ProcessFacts {
  constructor(
    private readonly identity: ProcessIdentity,
    private readonly loop: EventLoopDelay,
  ) {}

  now(): ProcessFactsNow {
    const { service, instanceId, address } = this.identity;
    return {
      service,
      instanceId,
      ...(address === undefined ? {} : { address }),
      pid: process.pid,
      node: process.version,
      uptimeSec: Math.round(process.uptime()),
      rssBytes: process.memoryUsage.rss(),
      eventLoopDelayP99Ms: Math.round(this.loop.p99Ms()),
    };
  }
}
