import { type Point } from '../run/result';

const EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/** One line that changes in a terminal; elsewhere a line now and then. */
export class ProgressLine {
  private toldMs = Number.NEGATIVE_INFINITY;
  private isOpen = false;

  constructor(
    private readonly out: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown },
    private readonly nowMs: () => number,
  ) {}

  /** Something that will soon be out of date. */
  show(text: string): void {
    if (this.out.isTTY === true) {
      this.isOpen = true;
      this.out.write(CLEAR_LINE + text.slice(0, (this.out.columns ?? 80) - 1));
    } else if (this.nowMs() - this.toldMs >= EVERY_MS) {
      this.toldMs = this.nowMs();
      this.out.write(`${text}\n`);
    }
  }

  /** Something that stays. */
  say(text: string): void {
    if (this.isOpen) this.out.write(CLEAR_LINE);
    this.isOpen = false;
    this.toldMs = Number.NEGATIVE_INFINITY;
    this.out.write(`${text}\n`);
  }
}

/** `0:42 steady  posts 998/s of 1,000  ack 3.1 / 9.8 ms  deliveries 9,980/s  connections 1,000  errors 0`. */
export function secondLine(point: Point, phase: string): string {
  const errors = Object.values(point.errors).reduce((total, count) => total + count, 0);
  const ms = (value: number | null): string => (value === null ? '-' : value < 1_000 ? String(value) : number(value));
  return [
    `${clock(point.second + 1)} ${phase}`,
    `posts ${number(point.donePosts)}/s of ${number(point.offeredPosts)}`,
    `acts ${number(point.done)}/s of ${number(point.offered)}`,
    `ack p50/p99 ${ms(point.ackP50)} / ${ms(point.ackP99)} ms`,
    `deliveries ${number(point.deliveries)}/s`,
    `connections ${number(point.connections)}`,
    `errors ${number(errors)}`,
  ].join('  ');
}

/** `1:05`. */
export function clock(seconds: number): string {
  return `${String(Math.floor(seconds / 60))}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}
