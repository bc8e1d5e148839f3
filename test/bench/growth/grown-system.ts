import { type RoomId } from '@agent-chat/kernel';
import { setTimeout as delay } from 'node:timers/promises';
import { type Dimension, type Load, type Part, PARTS, type Point } from '../../../scripts/capacity/growth-record';
import { type ChildTask, startTask } from '../load/child-task';
import { type Opening, type Posted, type Posting } from '../load/growth-load.process';
import { rounded } from '../load/options';
import { type ClusterShape, GrowthCluster } from './growth-cluster';
import { Populace } from './population';

/** What is known of a load before it is measured. */
export type Standing = Pick<Load, 'connections' | 'reached' | 'rooms' | 'subscriptions'>;

export interface Measurement {
  readonly dimension: Dimension;
  readonly at: number;
  readonly standing: Standing;
  readonly rate: number;
  readonly seconds: number;
  /** Posts go to these in turn, by these connections. */
  readonly rooms: readonly RoomId[];
  readonly authors: readonly number[];
  /** Deliveries that each post leads to, and gateways that it has to be brought to. */
  readonly fanOut: number;
  readonly gatewaysAPost: number;
}

/** At 500 posts a second the first records of fifty partitions kept the broker half as busy again as what followed. */
const WARM_UP_SECONDS = 5;
const NONE = { acked: 0, refused: 0, deliveries: 0, ack: { p50: 0, p99: 0 }, delivery: { p50: 0, p99: 0 } };

/** A cluster, its people and their connections. */
export class GrownSystem {
  private constructor(
    readonly cluster: GrowthCluster,
    readonly populace: Populace,
    private readonly load: ChildTask,
  ) {}

  static async during<Result>(shape: ClusterShape, use: (system: GrownSystem) => Promise<Result>): Promise<Result> {
    const cluster = await GrowthCluster.start(shape);
    try {
      const populace = await Populace.open(cluster);
      const load = startTask('growth-load.process.ts', ['--max-semi-space-size=64']);
      try {
        return await use(new GrownSystem(cluster, populace, load));
      } finally {
        await load.stop();
        await populace.close();
      }
    } finally {
      await cluster.stop();
    }
  }

  open(openings: readonly Opening[]): Promise<void> {
    return this.load.ask('open', openings);
  }

  follow(more: { readonly first: number; readonly count: number; readonly rooms: readonly RoomId[] }): Promise<void> {
    return this.load.ask('follow', more);
  }

  /** At a rate of 0 the connections only stay open. */
  async measure(measurement: Measurement): Promise<Point> {
    const { dimension, at, standing, rate, seconds, gatewaysAPost, fanOut } = measurement;
    if (rate > 0) await this.post(measurement, WARM_UP_SECONDS);
    const before = this.cluster.cpu();
    const startedMs = performance.now();
    const posted = rate > 0 ? await this.post(measurement, seconds) : { ...NONE, seconds: await this.wait(seconds) };
    const took = (performance.now() - startedMs) / 1_000;
    const after = this.cluster.cpu();
    const memoryMb = await this.cluster.memory();
    const rates = { posts: posted.acked / took, deliveries: posted.deliveries / took, handovers: (posted.acked * gatewaysAPost) / took };
    return {
      ...{ dimension, at, seconds: rounded(took), offered: rate },
      load: { ...this.cluster.shape, ...standing, ...roundedAll(rates) },
      cores: roundedParts((part) => (after[part] - before[part]) / took, 4),
      memoryMb: roundedParts((part) => memoryMb[part], 1),
      ...{ ack: posted.ack, delivery: posted.delivery },
      missing: posted.refused + Math.max(0, posted.acked * fanOut - posted.deliveries),
    };
  }

  private async wait(seconds: number): Promise<number> {
    await delay(seconds * 1_000);
    return seconds;
  }

  private post({ rate, rooms, authors, fanOut }: Measurement, seconds: number): Promise<Posted> {
    return this.load.ask('post', { rate, seconds, rooms, authors, expectedEach: fanOut } satisfies Posting & { expectedEach: number });
  }
}

function roundedAll<Key extends string>(values: Record<Key, number>): Record<Key, number> {
  return Object.fromEntries(Object.entries<number>(values).map(([key, value]) => [key, rounded(value)])) as Record<Key, number>;
}

function roundedParts(value: (part: Part) => number, digits: number): Record<Part, number> {
  return Object.fromEntries(PARTS.map((part) => [part, rounded(value(part), digits)])) as Record<Part, number>;
}
