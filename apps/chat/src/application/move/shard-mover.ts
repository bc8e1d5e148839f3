import { type Database } from '@agent-chat/database';
import { Logger } from '@nestjs/common';
import { type EventMonths } from '../../infrastructure/maintain/event-months';
import { type MoveRepository, type StoredMove } from '../../infrastructure/move/move-repository';
import { MoveLostError } from '../../infrastructure/move/shard-copy';
import { ShardSource } from '../../infrastructure/move/shard-source';
import { ShardTarget } from '../../infrastructure/move/shard-target';
import { endedMoves, movedRows, moveStall, runningMoves } from './move-metrics';
import { ChecksumError, RowFollower } from './row-follower';

export interface ShardMoverParts {
  readonly database: Database;
  readonly moves: MoveRepository;
  readonly months: EventMonths;
  /** Told of each step before it is taken; a test may fail it. */
  readonly onStep?: (step: MoveStep) => Promise<void>;
}

/** Where a move can be interrupted. */
export type MoveStep = 'prepare' | 'copy' | 'follow' | 'close' | 'verify' | 'decide' | 'activate' | 'clean' | 'undo';

/** So many changes are brought over while writers wait. */
const LITTLE = 300;
/** Longer than this nobody is made to wait: the shard goes on where it was, and the switch is tried again. */
const WINDOW_MS = 1_500;
/** So long after a switch began nothing of it is waited for any more. */
const SILENCE_MS = 2 * WINDOW_MS;
const PAUSE_AFTER_ERROR_MS = 500;

/** The window took too long. */
class WindowError extends Error {}

/** Something in the window doesn't answer. What it was asked may still happen, so that nothing more may be done under this token. */
class SilenceError extends Error {}

/**
 * Moves one logical shard while it is written to (P30). Everything it knows is stored: whoever claims the move goes on with its phase, under a
 * token of their own, and from then on nothing of an earlier runner is written any more.
 */
export class ShardMover {
  private readonly logger = new Logger(ShardMover.name);
  private readonly source: ShardSource;
  private readonly target: ShardTarget;
  private readonly follower: RowFollower;
  private stopped = false;

  constructor(
    private readonly parts: ShardMoverParts,
    private readonly token: string,
    move: StoredMove,
  ) {
    this.source = new ShardSource(parts.database.named(move.source), move.partition, token);
    this.target = new ShardTarget(parts.database.named(move.target), move.partition, token);
    this.follower = new RowFollower(this.source, this.target);
  }

  /** Ends after the step under way; somebody else may go on. */
  stop(): void {
    this.stopped = true;
  }

  /** Until the move has ended, is somebody else's, or was stopped. Never rejects. */
  async run(): Promise<void> {
    await this.untilOver();
    runningMoves.reset();
  }

  private async untilOver(): Promise<void> {
    while (!this.stopped) {
      try {
        const move = await this.parts.moves.renew(this.token);
        if (move === undefined) return;
        await this.work(move);
      } catch (error) {
        await this.failed(error);
      }
    }
  }

  private async work(move: StoredMove): Promise<void> {
    show(move.phase);
    switch (move.phase) {
      case 'planned':
        return this.prepare();
      case 'copying':
        return this.copy(move);
      case 'following':
        return this.follow();
      case 'switching':
        return this.goBack();
      case 'switched':
        return this.finish(move);
      case 'undoing':
        return this.undo(move);
      case 'done':
      case 'cancelled':
      case 'failed':
    }
  }

  private async prepare(): Promise<void> {
    await this.step('prepare');
    await this.parts.months.prepareLike(this.target.database, this.source.database);
    await this.own();
    await this.target.prepare();
    await this.source.startNoting();
    await this.parts.moves.advance(this.token, 'planned', 'copying');
  }

  private async copy({ copiedRoom }: StoredMove): Promise<void> {
    await this.own();
    for (let after = copiedRoom; !this.stopped;) {
      await this.step('copy');
      const roomIds = await this.follower.slice(after);
      const last = roomIds.at(-1);
      if (last === undefined) {
        await this.parts.moves.advance(this.token, 'copying', 'following');
        return;
      }
      const rows = await this.follower.copy(roomIds);
      movedRows.inc(rows);
      await this.parts.moves.copied(this.token, rows, last);
      after = last;
      if (!(await this.isStill('copying'))) return;
    }
  }

  /** Follows until little is left, compares everything, then switches. After an interruption all of it is compared anew. */
  private async follow(): Promise<void> {
    await this.ownSource();
    // A switch may have been given up, perhaps because of the target: nobody waits for that one.
    await this.source.activate();
    await this.target.adopt();
    await this.catchUp();
    const logAfter = await this.source.rows.position(this.source.partition);
    for (let after: string | null = null; !this.stopped;) {
      const roomIds = await this.follower.slice(after);
      const last = roomIds.at(-1);
      if (last === undefined) break;
      await this.follower.compare(roomIds);
      await this.follower.requireWholeLogs(roomIds);
      after = last;
      if (!(await this.isStill('following'))) return;
    }
    await this.catchUp();
    await this.step('close');
    if (!this.stopped && (await this.parts.moves.advance(this.token, 'following', 'switching'))) await answered(this.switchOver(logAfter));
  }

  private async catchUp(): Promise<void> {
    for (let notes = Infinity; notes > LITTLE && !this.stopped;) {
      await this.step('follow');
      notes = await this.follower.follow();
      await this.follower.compareDoubtful();
      if (notes > LITTLE && !(await this.isStill('following'))) return;
    }
  }

  /** Writers wait from here to the activation. */
  private async switchOver(logAfter: number): Promise<void> {
    show('switching');
    const startedMs = performance.now();
    const requireTime = (): void => {
      if (performance.now() - startedMs > WINDOW_MS) throw new WindowError('The rest could not be brought over in time');
    };
    await this.source.close();
    for (let notes = Infinity; notes > 0;) {
      notes = await this.follower.follow();
      requireTime();
    }
    await this.target.replacePartition(this.source.rows);
    await this.step('verify');
    await this.follower.verify(logAfter);
    requireTime();
    await this.step('decide');
    if (!(await this.parts.moves.decide(this.token))) return;
    await this.target.activate();
    const stalledMs = performance.now() - startedMs;
    moveStall.observe(stalledMs / 1_000);
    await this.parts.moves.stalled(this.token, stalledMs);
  }

  /** A switch that was not decided: whoever decides in between is first (the row's lock says so). */
  private async goBack(): Promise<void> {
    await this.parts.moves.advance(this.token, 'switching', 'following');
  }

  private async finish({ isChecked }: StoredMove): Promise<void> {
    await this.step('activate');
    await Promise.all([this.target.adoptRemaining(), this.source.adopt()]);
    if (!(await this.isStill('switched'))) return;
    await this.target.activate();
    await this.target.release();
    await this.step('clean');
    // Once: half of the source's may have been removed since.
    if (!isChecked) await this.parts.moves.checked(this.token, await this.follower.sameLog());
    await this.source.stopNoting();
    await this.source.removeRest();
    await this.source.release();
    await this.end('switched', 'done');
    this.logger.log(`Shard ${String(this.source.partition)} has moved from ${this.source.database.name} to ${this.target.database.name}`);
  }

  private async undo({ error }: StoredMove): Promise<void> {
    await this.source.adopt();
    if (!(await this.isStill('undoing'))) return;
    await this.source.activate();
    await this.step('undo');
    await this.source.stopNoting();
    await this.target.abandon();
    await this.source.release();
    await this.end('undoing', error === null ? 'cancelled' : 'failed');
  }

  private async end(from: StoredMove['phase'], outcome: 'done' | 'cancelled' | 'failed'): Promise<void> {
    if (await this.parts.moves.advance(this.token, from, outcome)) endedMoves.inc({ outcome });
  }

  /** Only this runner writes from now on; if it is still the one, for it may have slept since it was. */
  private async own(): Promise<void> {
    await this.ownSource();
    await this.target.adopt();
  }

  private async ownSource(): Promise<void> {
    await this.source.adopt();
    if ((await this.parts.moves.renew(this.token)) === undefined) throw new MoveLostError(this.source.partition);
  }

  private async isStill(phase: StoredMove['phase']): Promise<boolean> {
    return (await this.parts.moves.renew(this.token))?.phase === phase;
  }

  private async step(step: MoveStep): Promise<void> {
    await this.parts.onStep?.(step);
  }

  private async failed(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    this.logger.warn({ err: error, partition: this.source.partition }, 'A step of a move has failed');
    try {
      if (error instanceof ChecksumError) {
        for (const phase of ['following', 'switching'] as const) await this.parts.moves.advance(this.token, phase, 'undoing', message);
        return;
      }
      // Whoever claims the move next has another token, opens the source again, and is not disturbed by what comes of this.
      if (error instanceof SilenceError) this.stop();
      // First of all: writers may be waiting.
      if (await this.parts.moves.advance(this.token, 'switching', 'following', message)) return;
      await this.parts.moves.note(this.token, message);
    } catch (cause) {
      this.logger.warn({ err: cause }, 'The directory could not be told of it');
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_ERROR_MS).unref());
  }
}

function show(phase: StoredMove['phase']): void {
  runningMoves.reset();
  runningMoves.set({ phase }, 1);
}

/** Rejects with `SilenceError` if that takes too long; its own outcome then counts no more. */
async function answered(switching: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new SilenceError('A database did not answer during the switch')), SILENCE_MS);
  });
  try {
    await Promise.race([switching, silence]);
  } finally {
    clearTimeout(timer);
  }
}
