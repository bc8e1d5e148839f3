import { type ChildTask, startTask } from '../load/child-task';
import { ClusterUnderLoad } from '../load/cluster-under-load';
import { type MeasuredSystem } from '../load/measured-run';
import { type BenchOptions, numberOption } from '../load/options';
import { type Population, type RunFigures, type RunPlan, steadyPlan } from '../load/send-load';
import { StandaloneUnderLoad } from '../load/standalone-under-load';
import { type SystemUnderLoad } from '../load/system-under-load';

/** People who have nothing to do with what goes on: few, in rooms of their own, who post now and then. */
const BYSTANDERS = { users: 20, roomsPerUser: 4, membersPerRoom: 10 };
export const BYSTANDER_RATE = 20;
const DRAIN_SECONDS = 20;
/** As the chart says. */
const HEAP = '--max-old-space-size=768';

/** A system, its bystanders, and what is wanted of the scenarios. */
export class OverloadRig {
  private readonly tasks: ChildTask[] = [];

  private constructor(
    readonly system: SystemUnderLoad,
    readonly options: BenchOptions,
  ) {}

  static async start(options: BenchOptions, env: Readonly<Record<string, string>> = {}): Promise<OverloadRig> {
    const { profile = 'standalone', cpuProfile } = options;
    if (!['standalone', 'cluster'].includes(profile)) throw new Error(`profile must be standalone or cluster, not ${profile}`);
    const nodeArguments = [HEAP, ...(cpuProfile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfile}`])];
    if (profile === 'standalone') return new OverloadRig(await StandaloneUnderLoad.start(nodeArguments, env), options);
    const plan = { gateways: numberOption(options, 'gateways', 1), chats: numberOption(options, 'chats', 1), nodeArguments, env };
    return new OverloadRig(await ClusterUnderLoad.start(plan), options);
  }

  get isCluster(): boolean {
    return this.options['profile'] === 'cluster';
  }

  get measured(): MeasuredSystem {
    const { parts, databaseServers } = this.system;
    return { parts, databaseServers };
  }

  async load(population: Omit<Population, 'urls' | 'isBare'>): Promise<ChildTask> {
    const load = this.task('send-load.process.ts');
    await load.ask('open', { ...population, urls: this.system.urls, isBare: false } satisfies Population);
    return load;
  }

  async bystanders(): Promise<ChildTask> {
    return this.load(BYSTANDERS);
  }

  task(program: string): ChildTask {
    const task = startTask(program);
    this.tasks.push(task);
    return task;
  }

  async end(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.stop()));
    await this.system.remove();
  }
}

/** For so long, whatever else happens. */
export function standBy(bystanders: ChildTask, seconds: number): Promise<RunFigures> {
  return bystanders.ask<RunFigures>('perform', steadyPlan(BYSTANDER_RATE, seconds, DRAIN_SECONDS) satisfies RunPlan);
}
