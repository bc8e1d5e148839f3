import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { Breakers } from './breakers';
import { type BreakerUse, THROUGH_BREAKER } from './through-breaker.decorator';

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Puts the breakers before the methods that ask for one. */
@Injectable()
export class BreakerExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly breakers: Breakers,
  ) {}

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders() as { instance: unknown }[]) {
      if (typeof instance === 'object' && instance !== null) this.wrap(instance as Record<string, unknown>);
    }
  }

  private wrap(instance: Record<string, unknown>): void {
    for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
      const method = instance[name] as Method | undefined;
      if (typeof method !== 'function') continue;
      const use = this.reflector.get<BreakerUse | undefined>(THROUGH_BREAKER, method);
      if (use === undefined) continue;
      const breaker = this.breakers.of(use.name, use.options);
      instance[name] = (...args: unknown[]) => breaker.run(() => method.apply(instance, args));
    }
  }
}
