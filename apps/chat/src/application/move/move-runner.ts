import { Database } from '@agent-chat/database';
import { ProcessIdentity } from '@agent-chat/discovery';
import { newId } from '@agent-chat/kernel';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { EventMonths } from '../../infrastructure/maintain/event-months';
import { MoveRepository } from '../../infrastructure/move/move-repository';
import { ShardMover, type ShardMoverParts } from './shard-mover';

/** How often each process looks for a move that nobody runs. */
const LOOK_EVERY_MS = 2_000;
/** Well below the lease. */
const RENEW_EVERY_MS = 1_500;

/** Runs moves of shards in this process: those begun here, and those whose process died. One at a time, as they are planned. */
@Injectable()
export class MoveRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MoveRunner.name);
  private looking: NodeJS.Timeout | undefined;
  private mover: ShardMover | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private onStep: ShardMoverParts['onStep'];

  constructor(
    private readonly database: Database,
    private readonly moves: MoveRepository,
    private readonly months: EventMonths,
    private readonly identity: ProcessIdentity,
  ) {}

  /** For tests: told of each step. */
  listen(onStep: ShardMoverParts['onStep']): this {
    this.onStep = onStep;
    return this;
  }

  onApplicationBootstrap(): void {
    this.looking = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Leaves what is under way to another process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.looking);
    this.mover?.stop();
    await this.running;
  }

  /** Runs a move, if there is one that nobody runs. */
  look(): void {
    if (this.stopped) return;
    this.running ??= this.run()
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, 'Moves could not be looked for');
      })
      .finally(() => {
        this.running = undefined;
      });
  }

  private async run(): Promise<void> {
    const token = newId();
    const move = await this.moves.claim(token, this.identity.ownerName);
    if (move === undefined) return;
    const { database, moves, months, onStep } = this;
    this.mover = new ShardMover({ database, moves, months, ...(onStep === undefined ? {} : { onStep }) }, token, move);
    // A single step may take longer than the lease.
    const renewing = setInterval(() => void this.renew(token), RENEW_EVERY_MS).unref();
    try {
      await this.mover.run();
    } finally {
      clearInterval(renewing);
      this.mover = undefined;
      await this.moves.leave(token);
    }
  }

  private async renew(token: string): Promise<void> {
    try {
      await this.moves.renew(token);
    } catch (error) {
      this.logger.debug({ err: error }, 'A move could not be renewed');
    }
  }
}
