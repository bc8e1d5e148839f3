import { type Clock } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';

/** How long a failure that repeats is kept quiet. */
const QUIET_MS = 10_000;

/** Logs failures that are tried again: the first of a kind at once, then how many more there were, at most every ten seconds. */
export class RepeatedFailures {
  private readonly logger: Logger;
  private readonly kinds = new Map<string, { toldAtMs: number; untold: number }>();

  constructor(
    private readonly clock: Clock,
    context: string,
  ) {
    this.logger = new Logger(context);
  }

  tell(what: string, error: unknown): void {
    const nowMs = this.clock.nowMs();
    const kind = this.kinds.get(what);
    if (kind !== undefined && nowMs - kind.toldAtMs < QUIET_MS) {
      kind.untold += 1;
      return;
    }
    this.kinds.set(what, { toldAtMs: nowMs, untold: 0 });
    const more = kind === undefined || kind.untold === 0 ? '' : ` (and ${String(kind.untold)} times since the last line)`;
    this.logger.warn({ err: error }, `${what} failed and is tried again${more}`);
  }
}
