import { type ServiceName } from '@agent-chat/contracts';
import { Discovery, type ServiceInstance } from '../../discovery.port';
import { type ProcessIdentity } from '../../process-identity';

export interface InMemoryDiscoveryOptions {
  readonly identity: ProcessIdentity;
  /** The share of time that this process was busy lately, 0 to 1. */
  readonly load: () => number;
}

/** Knows this process alone. */
export class InMemoryDiscovery extends Discovery {
  private isHere = false;

  constructor(private readonly options: InMemoryDiscoveryOptions) {
    super();
  }

  override instances(service: ServiceName): readonly ServiceInstance[] {
    return this.all().filter((instance) => instance.service === service);
  }

  override all(): readonly ServiceInstance[] {
    if (!this.isHere) return [];
    const { service, instanceId, version, address = '' } = this.options.identity;
    return [{ service, instanceId, version, address, load: this.options.load(), ageMs: 0 }];
  }

  override async announce(): Promise<void> {
    this.isHere = true;
  }

  override async leave(): Promise<void> {
    this.isHere = false;
  }

  override async close(): Promise<void> {
    await this.leave();
  }
}
