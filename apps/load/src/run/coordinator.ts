import { TaskProcess } from '@agent-chat/load';
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Mistake } from '../mistake';
import { listOf } from '../report/table';
import { type WorkerNotice } from '../worker/load-worker';
import { OpeningProgress } from './opening-progress';
import { type Opening, type Parts } from './result';
import { type Figures, type PartVerdict } from './second';
import { type Share } from './share';
import { sharedNowMs } from './shared-clock';
import { Timeline } from './timeline';

type Worker = TaskProcess<WorkerNotice>;

export interface CoordinatorHost {
  connected(live: number, refused: Readonly<Record<string, number>>): void;
  progressed(timeline: Timeline): void;
  verified(rooms: number): void;
}

const PROGRAM = join(__dirname, '../worker/worker.process.js');
const BEGIN_IN_MS = 500;
/** Beyond what opening takes at the rate that was asked for. */
const OPENING_PATIENCE_MS = 60_000;

/** The processes of a load: starts them, has all of them begin at one moment, and gathers what they bring. One that dies is missed, and told of. */
export class Coordinator {
  private readonly workers: readonly Worker[];
  private readonly progress = new OpeningProgress();
  private readonly verifiedRooms: number[] = [];
  private readonly timeline: Timeline;
  private readonly missing: string[] = [];
  private opening: Opening = { connections: 0, seconds: 0 };

  constructor(
    private readonly shares: readonly Share[],
    private readonly host: CoordinatorHost,
  ) {
    this.timeline = new Timeline(shares.length);
    this.workers = shares.map(({ part }) => {
      const child = fork(PROGRAM, [], { stdio: ['ignore', 2, 2, 'ipc'], execArgv: ['--max-semi-space-size=64'], serialization: 'advanced' });
      const worker: Worker = new TaskProcess<WorkerNotice>(child);
      worker.onNotice = (notice) => {
        this.noticed(part, notice);
      };
      return worker;
    });
  }

  /** Opens all connections; rejects with a `Mistake` where none could be opened. */
  async open(): Promise<number> {
    await this.all((worker, part) => worker.ask('prepare', this.shares[part]));
    const timeoutMs = OPENING_PATIENCE_MS + Math.max(...this.shares.map(({ connections, openingRate }) => (connections * 1_000) / openingRate));
    const startMs = sharedNowMs();
    const live = await this.all((worker) => worker.ask<number>('open', { timeoutMs }));
    const open = total(live);
    this.opening = { connections: open, seconds: (sharedNowMs() - startMs) / 1_000 };
    const wanted = total(this.shares.map(({ connections }) => connections));
    if (open < wanted) this.missing.push(`only ${String(open)} of ${String(wanted)} connections could be opened${listOf(this.progress.refused, ': ')}`);
    if (open === 0) throw new Mistake(`No connection could be opened${listOf(this.progress.refused, ': ')}`);
    return open;
  }

  /** Goes through the phases, then verifies. */
  async run(): Promise<Parts> {
    const startMs = sharedNowMs() + BEGIN_IN_MS;
    const figures = await this.all((worker) => worker.ask<Figures>('run', { startMs }));
    const verdicts = await this.all((worker) => worker.ask<PartVerdict>('verify'));
    return { opening: this.opening, figures, verdicts, series: this.timeline.all(), missing: this.missing };
  }

  /** Ends the phases; what is under way is waited for, and everything is verified. */
  stop(): void {
    for (const worker of this.workers) worker.ask('stop').catch(() => undefined);
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  private async all<Result>(task: (worker: Worker, part: number) => Promise<Result>): Promise<Result[]> {
    const results = await Promise.allSettled(this.workers.map(task));
    return results.flatMap((result, part) => {
      if (result.status === 'fulfilled') return [result.value];
      const reason = `process ${String(part + 1)} of the load tool failed, its part is missing: ${(result.reason as Error).message}`;
      if (!this.missing.some((known) => known.startsWith(reason.slice(0, 30)))) this.missing.push(reason);
      return [];
    });
  }

  private noticed(part: number, notice: WorkerNotice): void {
    switch (notice.kind) {
      case 'connections':
        this.progress.told(part, notice.live, notice.refused);
        this.host.connected(this.progress.live, this.progress.refused);
        break;
      case 'second': {
        const before = this.timeline.last;
        this.timeline.add(notice.second);
        if (this.timeline.last !== before) this.host.progressed(this.timeline);
        break;
      }
      case 'verified':
        this.verifiedRooms[part] = notice.rooms;
        this.host.verified(total(this.verifiedRooms));
        break;
    }
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
