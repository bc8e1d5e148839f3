import { type Fault } from './fault-load';

/** One disturbance that Toxiproxy can put on a way, in each direction named. */
interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'timeout';
  readonly streams: readonly ('upstream' | 'downstream')[];
  readonly attributes: Readonly<Record<string, number>>;
}

const BOTH = ['upstream', 'downstream'] as const;

/** The network between far processes and everything else (see scripts/servers/far-network.mjs). A way is called `<process>-<server>`, or `<process>` where others reach it. */
export class FarNetwork {
  constructor(private readonly url: string) {
    if (url === '') throw new Error('There is no network to disturb: the cluster has to be started with far processes');
  }

  /** Connections end, and none is made. */
  cut(way: string, lastsMs: number): Fault {
    return {
      name: `${called(way)} is cut for ${seconds(lastsMs)}`,
      begin: () => this.tell('POST', `/proxies/${way}`, { enabled: false }),
      mend: () => this.tell('POST', `/proxies/${way}`, { enabled: true }),
      lastsMs,
    };
  }

  /** Every answer comes that much later. */
  delayed(way: string, byMs: number, lastsMs: number): Fault {
    const toxic: Toxic = { type: 'latency', streams: ['downstream'], attributes: { latency: byMs } };
    return this.poisoned(way, toxic, `${called(way)} takes ${String(byMs)} ms for ${seconds(lastsMs)}`, lastsMs);
  }

  throttled(way: string, kilobytesPerS: number, lastsMs: number): Fault {
    const toxic: Toxic = { type: 'bandwidth', streams: BOTH, attributes: { rate: kilobytesPerS } };
    return this.poisoned(way, toxic, `${called(way)} carries ${String(kilobytesPerS)} kB a second for ${seconds(lastsMs)}`, lastsMs);
  }

  /** Connections stay and new ones are accepted, but nothing arrives, and neither end is told. */
  swallowed(way: string, lastsMs: number): Fault {
    const toxic: Toxic = { type: 'timeout', streams: BOTH, attributes: { timeout: 0 } };
    return this.poisoned(way, toxic, `${called(way)} swallows everything for ${seconds(lastsMs)}`, lastsMs);
  }

  private poisoned(way: string, { type, streams, attributes }: Toxic, name: string, lastsMs: number): Fault {
    const path = `/proxies/${way}/toxics`;
    return {
      name,
      begin: () => Promise.all(streams.map((stream) => this.tell('POST', path, { name: `${type}-${stream}`, type, stream, attributes }))),
      mend: () => Promise.all(streams.map((stream) => this.tell('DELETE', `${path}/${type}-${stream}`))),
      lastsMs,
    };
  }

  private async tell(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(`${this.url}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`Toxiproxy: ${method} ${path} failed: ${await answer.text()}`);
  }
}

function called(way: string): string {
  const [, process = way, server] = /^(\w+-\d+)-?(.*)$/.exec(way) ?? [];
  return `the network between ${process} and ${server === '' || server === undefined ? 'those who ask it' : server}`;
}

function seconds(ms: number): string {
  return `${String(ms / 1_000)} s`;
}
