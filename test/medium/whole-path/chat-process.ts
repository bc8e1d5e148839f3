import { type Backplane } from '@agent-chat/backplane';
import { type Database } from '@agent-chat/database';
import { type EventLog } from '@agent-chat/event-log';
import { newId, SystemClock } from '@agent-chat/kernel';
import type fc from 'fast-check';
import { ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';
import { OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';
import { Link, LinkedBackplane, LinkedDatabase, LinkedLog } from './network';

export interface World {
  readonly scheduler: fc.Scheduler;
  readonly database: Database;
  readonly log: EventLog;
  readonly backplane: Backplane;
}

/** One chat process: the real owner, whose every word passes a link. */
export class ChatProcess {
  readonly link: Link;
  readonly owner: ChatOwner;
  readonly answers: OwnerAnswers;
  private readonly log: LinkedLog;
  isPaused = false;

  constructor({ scheduler, database, log, backplane }: World) {
    this.link = new Link(scheduler);
    this.log = new LinkedLog(log, this.link);
    const linked = new LinkedDatabase(database.writer(0), this.link);
    this.owner = new ChatOwner({
      log: this.log,
      backplane: new LinkedBackplane(backplane, this.link),
      database: { writer: () => linked, reload: () => database.reload() },
      clock: new SystemClock(),
      name: newId(),
    });
    this.answers = new OwnerAnswers(this.owner, { shard: () => linked, reload: () => database.reload() });
  }

  start(): Promise<void> {
    return this.owner.start();
  }

  /** SIGSTOP past its session: the group gives its partitions away, and it will wake up believing that they are its own. */
  async pause(): Promise<void> {
    if (this.isPaused) return;
    this.isPaused = true;
    this.link.pause();
    await this.log.expire();
  }

  /** Wakes with old memory; what it had begun goes on before it hears of the group. */
  wake(): void {
    this.link.wake();
  }

  /** The group tells it, and has it again. */
  async rejoin(): Promise<void> {
    if (!this.isPaused) return;
    this.wake();
    this.isPaused = false;
    await this.log.rejoin();
  }

  /** kill -9: nothing that it was about to say is said. */
  async kill(): Promise<void> {
    this.link.isDead = true;
    this.wake();
    await this.log.expire();
    await this.owner.stop();
  }

  async stop(): Promise<void> {
    await this.rejoin();
    await this.owner.stop();
  }
}
