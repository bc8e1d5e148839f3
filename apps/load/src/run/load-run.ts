import { SystemClock } from '@agent-chat/kernel';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Options } from '../command-line';
import { clock, number, ProgressLine, secondLine } from '../report/progress';
import { renderReport } from '../report/report';
import { formatResult, listOf } from '../report/table';
import { override } from '../scenario/override';
import { readScenario } from '../scenario/read-scenario';
import { type Phase, type Scenario } from '../scenario/scenario';
import { Coordinator } from './coordinator';
import { checkDescriptors, checkUrls, checkWritable } from './preflight';
import { type Population, Registrar } from './registrar';
import { type Result, resultOf } from './result';
import { sharesOf, workersFor } from './shares';
import { sharedNowMs } from './shared-clock';

const FOLDER = '.data/load';

/** One run of the tool, from the scenario's file to the report's. */
export class LoadRun {
  private readonly runId = randomBytes(4).toString('hex');
  private readonly name: string;
  private readonly scenario: Scenario;
  private readonly workers: number;
  private readonly progress = new ProgressLine(process.stderr, sharedNowMs);
  private readonly startedAt = new SystemClock().nowIso();
  private readonly report: string;
  private readonly json: string;
  private coordinator: Coordinator | undefined;
  private wasStopped = false;

  /** Throws a `Mistake` where scenario, options and this machine don't fit. */
  constructor(private readonly options: Options) {
    const { name, scenario } = readScenario(options.scenario);
    this.name = name;
    this.scenario = override(scenario, options);
    this.workers = workersFor(options, this.scenario);
    this.report = options.report ?? `${FOLDER}/${name}-${this.runId}.html`;
    this.json = options.json ?? this.report.replace(/(\.html?)?$/, '.figures.json');
    checkDescriptors(this.scenario, this.workers);
    checkWritable([this.report, this.json], options.scenario);
  }

  /** Resolves with whether all is well. */
  async perform(): Promise<boolean> {
    await checkUrls(this.options.urls);
    const { people, connections = people } = this.scenario;
    this.progress.say(`${this.name}, run ${this.runId}: ${number(people)} people, ${number(connections)} connections, ${String(this.workers)} processes`);
    const registrar = new Registrar(this.runId, this.options, this.scenario, (text) => {
      this.progress.show(text);
    });
    const population = await registrar.populate();
    const coordinator = this.coordinate(population);
    try {
      const live = await coordinator.open();
      this.progress.say(`${number(live)} of ${number(connections)} connections are open`);
      const parts = await coordinator.run();
      this.progress.say('');
      return this.tell(resultOf(this.settings(population), parts));
    } finally {
      await coordinator.end();
    }
  }

  /** Ends the phases early; the second time, the process. */
  stop(): void {
    if (this.wasStopped || this.coordinator === undefined) process.exit(130);
    this.wasStopped = true;
    this.progress.say('Ending: what is under way is waited for and verified; Ctrl-C again ends at once');
    this.coordinator.stop();
  }

  private coordinate(population: Population): Coordinator {
    const plan = { runId: this.runId, options: this.options, scenario: this.scenario, workers: this.workers };
    this.coordinator = new Coordinator(sharesOf(plan, population), {
      connected: (live, refused) => {
        this.progress.show(`connections ${number(live)}${listOf(refused, ', refused: ')}`);
      },
      progressed: ({ last }) => {
        if (last !== undefined) this.progress.show(secondLine(last, phaseAt(this.scenario.phases, last.second)));
      },
      verified: (rooms) => {
        this.progress.show(`verifying, rooms read: ${number(rooms)}`);
      },
    });
    return this.coordinator;
  }

  private settings({ people, rooms, members }: Population): Result['settings'] {
    const { runId, name: scenario, startedAt, workers, wasStopped } = this;
    const { urls, seed, inject: injected } = this.options;
    const seconds = this.scenario.phases.reduce((total, phase) => total + phase.seconds, 0);
    const memberships = members.reduce((total, { length }) => total + length, 0);
    const size = { people: people.length, rooms: rooms.length, memberships, connections: this.scenario.connections ?? people.length };
    return {
      runId,
      scenario,
      description: this.scenario.description,
      urls,
      startedAt,
      ...size,
      workers,
      seed,
      seconds,
      wasStopped,
      injected,
      plan: this.scenario,
    };
  }

  private tell(result: Result): boolean {
    writeFileSync(this.report, renderReport(result));
    writeFileSync(this.json, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(`${formatResult(result)}\n\nreport ${this.report}\nfigures ${this.json}\n`);
    return result.verdict.ok;
  }
}

/** The name of the phase that this second belongs to, and its place among all. */
function phaseAt(phases: readonly Phase[], second: number): string {
  let endSeconds = 0;
  const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
  for (const phase of phases) {
    endSeconds += phase.seconds;
    if (second < endSeconds) return `of ${clock(total)} ${phase.name ?? phase.kind}`;
  }
  return 'settling';
}
