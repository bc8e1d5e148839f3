import { type ServiceName } from '@agent-chat/contracts';
import { type PhysicalDatabase } from '@agent-chat/database';
import { groupBy } from '@agent-chat/kernel';
import { Discovery, type ServiceInstance } from '../../discovery.port';
import { type ProcessIdentity } from '../../process-identity';
import { setTimeout as delay } from 'node:timers/promises';
import { InstanceLeases, LEASE_MS } from './instance-leases';

const HEARTBEAT_MS = 2_000;
/** Beats between two looks for rows that nobody will renew. */
const SWEEP_EVERY = 30;
/** Nobody waits longer to leave: the lease runs out by itself. */
const LEAVE_MS = 1_000;

export interface ServiceRegistryOptions {
  readonly directory: PhysicalDatabase;
  readonly identity: ProcessIdentity;
  /** The share of time that this process was busy lately, 0 to 1. */
  readonly load: () => number;
  /** Told when the directory went away, once until it is back. */
  readonly onError: (error: unknown) => void;
}

/** Processes find each other by leases in the directory database. While it is away everybody goes on with those known last. */
export class ServiceRegistry extends Discovery {
  private readonly leases: InstanceLeases;
  private known: readonly ServiceInstance[] = [];
  /** The same, ready for each question that is put to a service. */
  private byService: ReadonlyMap<string, readonly ServiceInstance[]> = new Map();
  private readAtMs = performance.now();
  /** Until then leases that have run out count: their owners could not renew them either. */
  private lenientUntilMs = 0;
  private isAway = false;
  private isAnnounced = false;
  private isClosed = false;
  private beats = 0;
  private isBeating = false;
  private beating: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly options: ServiceRegistryOptions) {
    super();
    this.leases = new InstanceLeases(options.directory);
  }

  /** Knows who is there when it resolves, unless the directory is away; then it knows as soon as that is back. */
  static async open(options: ServiceRegistryOptions): Promise<ServiceRegistry> {
    const registry = new ServiceRegistry(options);
    await registry.beat();
    registry.timer = setInterval(() => {
      // A directory that says nothing would find all that were missed behind each other when it is back.
      if (!registry.isBeating) void registry.beat();
    }, HEARTBEAT_MS).unref();
    return registry;
  }

  override instances(service: ServiceName): readonly ServiceInstance[] {
    return this.byService.get(service) ?? [];
  }

  override all(): readonly ServiceInstance[] {
    const sinceMs = Math.round(performance.now() - this.readAtMs);
    return this.known.map((instance) => ({ ...instance, ageMs: instance.ageMs + sinceMs }));
  }

  override async announce(): Promise<void> {
    this.isAnnounced = !this.isClosed;
    await this.beat();
  }

  override async leave(): Promise<void> {
    if (!this.isAnnounced) return;
    this.isAnnounced = false;
    // A renewal that is under way would bring the row back.
    await soon(this.beating.then(() => this.leases.drop(this.options.identity)).catch(this.options.onError));
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await this.leave();
    await soon(this.beating);
  }

  /** Gives a sign of life, then reads the others'. One at a time; never rejects. */
  private beat(): Promise<void> {
    this.beating = this.beating.then(() => this.beatOnce());
    return this.beating;
  }

  private async beatOnce(): Promise<void> {
    this.isBeating = true;
    try {
      if (this.isAnnounced) await this.leases.renew(this.options.identity, this.options.load());
      const rows = await this.leases.list();
      this.beats += 1;
      if (this.beats % SWEEP_EVERY === 0) await this.leases.sweep();
      this.learn(rows);
    } catch (error) {
      if (!this.isAway) this.options.onError(error);
      this.isAway = true;
    } finally {
      this.isBeating = false;
    }
  }

  private learn(rows: Awaited<ReturnType<InstanceLeases['list']>>): void {
    const nowMs = performance.now();
    if (this.isAway) this.lenientUntilMs = nowMs + LEASE_MS;
    this.isAway = false;
    const wasKnown = new Set(this.known.map(({ instanceId }) => instanceId));
    const isLenient = nowMs < this.lenientUntilMs;
    this.known = rows.filter(({ isAlive, instanceId }) => isAlive || (isLenient && wasKnown.has(instanceId))).map(({ isAlive: _, ...instance }) => instance);
    this.byService = groupBy(this.known, (instance) => instance.service);
    this.readAtMs = nowMs;
  }
}

/** Resolves with the work, or when it takes too long. */
async function soon(work: Promise<void>): Promise<void> {
  await Promise.race([work, delay(LEAVE_MS, undefined, { ref: false })]);
}
