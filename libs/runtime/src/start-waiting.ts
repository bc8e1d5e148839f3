import { type AppConfig } from '@agent-chat/config';
import { type Clock } from '@agent-chat/kernel';
import { earlyLogger } from '@agent-chat/observability';
import { WaitingDoor } from './waiting-door';

/** The same reason is told again after this long. */
const REMIND_AFTER_MS = 30_000;

/** What a start does while it waits for something outside: it says for what, once and then now and then, and answers probes. */
export class StartWaiting {
  private readonly door: WaitingDoor;
  private readonly logger: ReturnType<typeof earlyLogger>;
  private readonly toldAtMs = new Map<string, number>();

  constructor(
    { server, logLevel }: Pick<AppConfig, 'server' | 'logLevel'>,
    private readonly clock: Clock,
  ) {
    this.door = new WaitingDoor(server);
    this.logger = earlyLogger(logLevel);
  }

  readonly tell = (line: string): void => {
    this.door.open();
    const nowMs = this.clock.nowMs();
    if (nowMs - (this.toldAtMs.get(line) ?? -Infinity) < REMIND_AFTER_MS) return;
    this.toldAtMs.set(line, nowMs);
    this.logger.warn({ context: 'Start' }, `${line} Waiting.`);
  };

  /** Frees the port. */
  async end(): Promise<void> {
    await this.door.close();
  }
}
