import { type ServiceName } from '@agent-chat/contracts';
import { Discovery, type ServiceInstance } from '../../discovery.port';
import { resolveAddresses } from './resolve-addresses';

const REFRESH_MS = 2_000;

/** Where a service is found: every address of the name runs a process of it. */
export type ServiceUrls = Partial<Readonly<Record<ServiceName, string>>>;

export interface DnsDiscoveryOptions {
  readonly urls: ServiceUrls;
  /** Where the services without a URL are found, and where this process is announced. */
  readonly others: Discovery;
  /** Told when a name went away, once until it is back. */
  readonly onError: (error: unknown) => void;
  /** `host:port` of everybody who is behind the URL. */
  readonly resolve?: (url: string) => Promise<readonly string[]>;
}

/** Finds processes by the addresses of DNS names. While a name can't be resolved those known last stay. */
export class DnsDiscovery extends Discovery {
  private readonly known = new Map<ServiceName, { readonly addresses: readonly string[]; readonly readAtMs: number }>();
  private readonly away = new Set<ServiceName>();
  private refreshing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly options: DnsDiscoveryOptions) {
    super();
  }

  /** Resolves every name before it resolves. */
  static async open(options: DnsDiscoveryOptions): Promise<DnsDiscovery> {
    const discovery = new DnsDiscovery(options);
    await discovery.refresh();
    discovery.timer = setInterval(() => void discovery.refresh(), REFRESH_MS).unref();
    return discovery;
  }

  override instances(service: ServiceName): readonly ServiceInstance[] {
    if (this.options.urls[service] === undefined) return this.options.others.instances(service);
    const { addresses = [], readAtMs = 0 } = this.known.get(service) ?? {};
    const ageMs = Math.round(performance.now() - readAtMs);
    return addresses.map((address) => ({ service, instanceId: address, version: '', address, load: 0, ageMs }));
  }

  /** What others say of a process says more than its address. */
  override all(): readonly ServiceInstance[] {
    const others = this.options.others.all();
    const told = new Set(others.map(({ address }) => address));
    const named = Object.keys(this.options.urls).flatMap((service) => this.instances(service as ServiceName));
    return [...others, ...named.filter(({ address }) => !told.has(address))];
  }

  override async announce(): Promise<void> {
    await this.options.others.announce();
  }

  override async leave(): Promise<void> {
    await this.options.others.leave();
  }

  override async close(): Promise<void> {
    clearInterval(this.timer);
    await this.refreshing;
    await this.options.others.close();
  }

  private async refresh(): Promise<void> {
    const urls = Object.entries(this.options.urls) as [ServiceName, string][];
    this.refreshing ??= Promise.all(urls.map(([service, url]) => this.resolve(service, url)))
      .then(() => undefined)
      .finally(() => {
        this.refreshing = undefined;
      });
    await this.refreshing;
  }

  private async resolve(service: ServiceName, url: string): Promise<void> {
    const { resolve = resolveAddresses, onError } = this.options;
    try {
      this.known.set(service, { addresses: await resolve(url), readAtMs: performance.now() });
      this.away.delete(service);
    } catch (error) {
      if (!this.away.has(service)) onError(error);
      this.away.add(service);
    }
  }
}
