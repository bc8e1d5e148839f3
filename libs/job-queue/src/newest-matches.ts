import { newestMatchMs } from './scheduled-match';

const MINUTE_MS = 60_000;

/** `newestMatchMs` for whoever asks each second: looking for a match takes longer than all else that a process does for its schedules. */
export class NewestMatches {
  private readonly found = new Map<string, { readonly minute: number; readonly matchMs: number }>();

  /** Five fields tell minutes apart: within one the answer stays the same. */
  of(cron: string, nowMs: number): number {
    const minute = Math.floor(nowMs / MINUTE_MS);
    const found = this.found.get(cron);
    if (found?.minute === minute) return found.matchMs;
    const matchMs = newestMatchMs(cron, nowMs);
    this.found.set(cron, { minute, matchMs });
    return matchMs;
  }
}
