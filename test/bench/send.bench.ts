import { type MediaFigures } from './files/media-load.process';
import { type BareSystem, startLimit, startPlain } from './limit/bare-system';
import { type ChildTask, startTask } from './load/child-task';
import { ClusterUnderLoad } from './load/cluster-under-load';
import { CpuProfiler } from './load/cpu-profiler';
import { findRate, measureRate, type Target } from './load/find-rate';
import { type Measured, rowOf, verdictFigures } from './load/measured-run';
import { type BenchOptions, isOn, numberOption, rounded, tell } from './load/options';
import { type Population, type Verdict } from './load/send-load';
import { StandaloneUnderLoad } from './load/standalone-under-load';
import { type SystemUnderLoad } from './load/system-under-load';

export const description =
  'posts at a steady rate into rooms of 10, every delivery verified, beside a plain Socket.IO server with one INSERT a message, and the limit: a program that ' +
  'does nothing but store and deliver; --profile cluster: Kafka, Redis, two Postgres and the apps as separate processes, at half of the rate and at all of it, ' +
  'beside a limit of two processes over the same Kafka, Redis and Postgres ' +
  '(rate=1000|5000 seconds=10 warmup=5|10 users=100 roomsPerUser=10 members=10 find=false baseline=true baselineRate=<rate> gateways=1 chats=1 cpuProfile=<directory>); ' +
  'media=20: at the end once more, with so many images waiting for the worker or on it all the time';

const DRAIN_SECONDS = 20;
const BASELINE_DRAIN_SECONDS = 2;

async function loadOf(population: Population): Promise<ChildTask> {
  const load = startTask('send-load.process.ts');
  await load.ask('open', population);
  return load;
}

/** What was measured while images were worked on. */
interface BesideMedia {
  readonly measured: Measured;
  readonly media: MediaFigures;
}

function mediaFigures(alone: Measured | undefined, { measured, media }: BesideMedia): Record<string, number> {
  return {
    achievedBesideMedia: measured.achieved,
    ofAlone: rounded(measured.achieved / (alone?.achieved ?? 0), 3),
    ackP99MsAlone: alone?.ack.p99 ?? 0,
    ackP99MsBesideMedia: measured.ack.p99,
    imagesFinished: media.finished,
    imagesPerSecond: rounded(media.finished / media.seconds, 2),
    fewestImagesWaiting: media.fewest,
  };
}

class SendBench {
  private readonly population: Omit<Population, 'urls' | 'isBare'>;
  private readonly seconds: number;
  private readonly isCluster: boolean;
  private readonly rate: number;
  private readonly media: number;
  private readonly profiler: CpuProfiler | undefined;

  constructor(private readonly options: BenchOptions) {
    const { profile = 'standalone' } = options;
    if (!['standalone', 'cluster'].includes(profile)) throw new Error(`profile must be standalone or cluster, not ${profile}`);
    this.isCluster = profile === 'cluster';
    this.rate = numberOption(options, 'rate', this.isCluster ? 5_000 : 1_000);
    this.media = numberOption(options, 'media', 0);
    this.profiler = CpuProfiler.in(options['cpuProfile']);
    this.seconds = numberOption(options, 'seconds', 10);
    this.population = {
      users: numberOption(options, 'users', 100),
      roomsPerUser: numberOption(options, 'roomsPerUser', 10),
      membersPerRoom: numberOption(options, 'members', 10),
    };
  }

  async run(): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
    const system = await this.startSystem();
    try {
      const { measured, besideMedia, verdict } = await this.measureChat(system);
      const rows = measured.map((each) => rowOf('agent-chat', each));
      const figures: Record<string, number | string> = { ...verdictFigures(verdict), ...this.speedFigures(measured) };
      if (besideMedia !== undefined) {
        rows.push(rowOf(`agent-chat, ${String(this.media)} images queued`, besideMedia.measured));
        Object.assign(figures, mediaFigures(measured.at(-1), besideMedia));
      }
      if (isOn(this.options, 'baseline', true)) {
        const achieved = measured.at(-1)?.achieved ?? 0;
        tell('plain Socket.IO');
        const plain = await this.measureBare(await startPlain(system));
        tell('the limit');
        const limit = await this.measureBare(await startLimit(system));
        rows.push(rowOf('plain Socket.IO', plain), rowOf('limit', limit));
        Object.assign(figures, { plainAchieved: plain.achieved, ratio: rounded(achieved / plain.achieved, 2) });
        Object.assign(figures, { limitAchieved: limit.achieved, ofLimit: rounded(achieved / limit.achieved, 2) });
      }
      return { figures, rows };
    } finally {
      await system.remove();
    }
  }

  /** One gateway and one chat process unless told otherwise: where two cores do everything, more of them only make smaller batches (`scale-out`). */
  private startSystem(): Promise<SystemUnderLoad> {
    const nodeArguments = this.profiler?.nodeArguments ?? [];
    if (!this.isCluster) return StandaloneUnderLoad.start(nodeArguments);
    return ClusterUnderLoad.start({ gateways: numberOption(this.options, 'gateways', 1), chats: numberOption(this.options, 'chats', 1), nodeArguments });
  }

  /** A search, and a profile, is of one rate. */
  private get rates(): readonly number[] {
    const isOne = !this.isCluster || this.profiler !== undefined || isOn(this.options, 'find', false);
    return isOne ? [this.rate] : [this.rate / 2, this.rate];
  }

  private speedFigures(measured: readonly Measured[]): Record<string, number> {
    const [half, full] = measured;
    if (half === undefined || full === undefined) return { achieved: half?.achieved ?? 0 };
    return { achievedAtHalf: half.achieved, ackP99MsAtHalf: half.ack.p99, achieved: full.achieved, ackP99Ms: full.ack.p99 };
  }

  private async measureChat(system: SystemUnderLoad): Promise<{ measured: Measured[]; besideMedia: BesideMedia | undefined; verdict: Verdict }> {
    tell('registering and subscribing');
    const load = await loadOf({ ...this.population, urls: system.urls, isBare: false });
    try {
      const target = { load, parts: system.parts, databaseServers: system.databaseServers };
      const measured: Measured[] = [];
      await this.warmUp(target, this.rate);
      for (const rate of this.rates) measured.push(await this.measureTarget({ ...target, profiler: this.profiler }, rate, DRAIN_SECONDS));
      const besideMedia = this.media === 0 ? undefined : await this.measureBesideMedia(system, target);
      tell('verifying');
      const verdict = await load.ask<Verdict>('verify');
      if (system.printed.trim() !== '') tell(system.printed.slice(-2_000));
      return { measured, besideMedia, verdict };
    } finally {
      await load.stop();
    }
  }

  /** The same rate, while images are worked on. Resolves when none is left. */
  private async measureBesideMedia({ urls: [url] }: SystemUnderLoad, target: Target): Promise<BesideMedia> {
    tell(`${String(this.media)} images`);
    const images = startTask('../files/media-load.process.ts');
    try {
      await images.ask('open', { url, count: this.media });
      await images.ask('begin');
      const measured = await this.measureTarget(target, this.rate, DRAIN_SECONDS);
      const media = await images.ask<MediaFigures>('end');
      await images.ask('drained');
      return { measured, media };
    } finally {
      await images.stop();
    }
  }

  /** While the system has nothing to do. */
  private async measureBare({ stop, ...bare }: BareSystem): Promise<Measured> {
    const load = await loadOf({ ...this.population, urls: bare.urls, isBare: true });
    try {
      const rate = numberOption(this.options, 'baselineRate', this.rate);
      const target = { load, parts: bare.parts, databaseServers: bare.databaseServers };
      await this.warmUp(target, rate);
      return await this.measureTarget(target, rate, BASELINE_DRAIN_SECONDS);
    } finally {
      await load.stop();
      await stop();
    }
  }

  private async warmUp(target: Target, rate: number): Promise<void> {
    const seconds = numberOption(this.options, 'warmup', this.isCluster ? 10 : 5);
    // Below what is measured, so that nothing of it is still queued then.
    if (seconds > 0) await measureRate(target, Math.min(rate, 1_000), seconds, DRAIN_SECONDS);
  }

  private measureTarget(target: Target, rate: number, drainSeconds: number): Promise<Measured> {
    tell(`measuring ${String(rate)}/s`);
    if (isOn(this.options, 'find', false)) return findRate(target, { start: rate, seconds: this.seconds, drainSeconds });
    return measureRate(target, rate, this.seconds, drainSeconds);
  }
}

export function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
  return new SendBench(options).run();
}
