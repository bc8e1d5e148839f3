import { formatPercentiles } from '@agent-chat/load';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChildTask, startTask } from './load/child-task';
import { ClusterUnderLoad } from './load/cluster-under-load';
import { formatRefusals, type Measured, measureRun, verdictFigures } from './load/measured-run';
import { type BenchOptions, numberOption, tell } from './load/options';
import { type RunFigures, steadyPlan, type Verdict } from './load/send-load';

export const description =
  'posts a second with 4, 2 and 1 chat processes, offered more than they take, and the longest that a post waits while one leaves and one joins ' +
  '(rate=5000 seconds=8 warmup=8 moveRate=500 moveSeconds=12 users=100 roomsPerUser=10 members=10 gateways=1)';

const MOST = 4;
const DRAIN_SECONDS = 20;
/** So long goes the load before something happens to it. */
const BEFORE_MS = 3_000;

const nameOf = (chat: number): string => `chat-${String(chat)}`;

interface Move {
  readonly name: string;
  readonly happen: () => Promise<unknown>;
}

class ScaleOut {
  private readonly rows: Record<string, number | string>[] = [];

  constructor(
    private readonly cluster: ClusterUnderLoad,
    private readonly load: ChildTask,
    private readonly options: BenchOptions,
  ) {}

  async run(): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
    await this.load.ask('perform', steadyPlan(1_000, numberOption(this.options, 'warmup', 8), DRAIN_SECONDS));
    const four = await this.throughput(MOST);
    await Promise.all([3, 4].map((chat) => this.cluster.leave(nameOf(chat))));
    const two = await this.throughput(2);
    const left = await this.stall({ name: 'of 2 one leaves', happen: () => this.cluster.leave(nameOf(2)) });
    const one = await this.throughput(1);
    const joined = await this.stall({ name: 'beside 1 one joins', happen: () => this.cluster.join(nameOf(2)) });
    tell('verifying');
    const verdict = await this.load.ask<Verdict>('verify');
    return {
      figures: {
        ...verdictFigures(verdict),
        ...{ achievedWith1: one.achieved, achievedWith2: two.achieved, achievedWith4: four.achieved },
        ...{ leavingStallMs: left.ack.max, joiningStallMs: joined.ack.max },
      },
      rows: this.rows,
    };
  }

  private async throughput(chats: number): Promise<Measured> {
    tell(`${String(chats)} chat processes`);
    const rate = numberOption(this.options, 'rate', 5_000);
    const measured = await measureRun(this.load, this.cluster, steadyPlan(rate, numberOption(this.options, 'seconds', 8), DRAIN_SECONDS));
    this.note(`${String(chats)} chat`, rate, measured, measured.microsByPart['chat']);
    return measured;
  }

  /** Steady posts, below what even one process takes, while partitions change hands. */
  private async stall({ name, happen }: Move): Promise<RunFigures> {
    tell(name);
    const rate = numberOption(this.options, 'moveRate', 500);
    const performing = this.load.ask<RunFigures>('perform', steadyPlan(rate, numberOption(this.options, 'moveSeconds', 12), DRAIN_SECONDS));
    await delay(BEFORE_MS);
    await happen();
    const figures = await performing;
    this.note(name, rate, figures);
    return figures;
  }

  private note(what: string, offered: number, figures: RunFigures, chatMicros: number | string = ''): void {
    this.rows.push({
      what,
      offered,
      achieved: figures.achieved,
      'ack p50/95/99/max ms': formatPercentiles(figures.ack),
      'chat us/post': chatMicros,
      deliveries: `${String(figures.deliveries)} of ${String(figures.expectedDeliveries)}`,
      refused: formatRefusals(figures),
    });
  }
}

export async function run(options: BenchOptions): Promise<{ figures: Record<string, number | string>; rows: object[] }> {
  const cluster = await ClusterUnderLoad.start({ gateways: numberOption(options, 'gateways', 1), chats: MOST });
  try {
    tell('registering and subscribing');
    const load = startTask('send-load.process.ts');
    try {
      await load.ask('open', {
        urls: cluster.urls,
        users: numberOption(options, 'users', 100),
        roomsPerUser: numberOption(options, 'roomsPerUser', 10),
        membersPerRoom: numberOption(options, 'members', 10),
        isBare: false,
      });
      return await new ScaleOut(cluster, load, options).run();
    } finally {
      await load.stop();
    }
  } finally {
    await cluster.remove();
  }
}
