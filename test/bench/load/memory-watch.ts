import { residentKbOf } from './process-usage';

const EVERY_MS = 500;
const KB_A_MB = 1_024;

/** The most that each watched process held of the machine's memory, in megabytes. */
export class MemoryWatch {
  private readonly most = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly parts: () => Readonly<Record<string, readonly number[]>>) {
    this.look();
    this.timer = setInterval(() => this.look(), EVERY_MS);
  }

  /** By part: of several processes the largest. */
  stop(): Readonly<Record<string, number>> {
    clearInterval(this.timer);
    this.look();
    return Object.fromEntries(this.most);
  }

  private look(): void {
    for (const [part, pids] of Object.entries(this.parts())) {
      for (const pid of pids) {
        const megabytes = Math.round(residentKbOf(pid) / KB_A_MB);
        if (Number.isFinite(megabytes)) this.most.set(part, Math.max(this.most.get(part) ?? 0, megabytes));
      }
    }
  }
}
