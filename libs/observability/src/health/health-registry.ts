import { Injectable } from '@nestjs/common';
import { type HealthIndicatorSource } from './health-indicator-source';

/** Everything in this process that can tell how it stands. */
@Injectable()
export class HealthRegistry {
  private readonly registered = new Map<string, HealthIndicatorSource>();

  /** Adds a source and answers how to take it away. Throws if another has its name. */
  register(source: HealthIndicatorSource): () => void {
    if (this.registered.has(source.name)) throw new Error(`There is a health indicator ${source.name} already.`);
    this.registered.set(source.name, source);
    return () => {
      if (this.registered.get(source.name) === source) this.registered.delete(source.name);
    };
  }

  sources(): readonly HealthIndicatorSource[] {
    return [...this.registered.values()];
  }
}
