import { Backplane, type BackplaneChannel, type BackplaneListener, type Listening } from '@agent-chat/backplane';
import { DatabaseError, type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { type Consumption, EventLog, type LogRange, type LogRecord, type RecordPosition, type Subscription } from '@agent-chat/event-log';
import { AppError, type GatewayId } from '@agent-chat/kernel';
import type fc from 'fast-check';

/** What becomes of a commit: it arrives unharmed, never, unanswered, or after its sender gave it up. */
export type CommitFate = 'unharmed' | 'unreached' | 'unanswered' | 'late';
/** What becomes of an append to the command log. */
export type AppendFate = 'unharmed' | 'unavailable' | 'uncertain' | 'written, uncertain';

/** What one process is to the outside; everything that it says and hears passes here, in the scheduler's order. */
export class Link {
  /** What left any process so far. */
  static turns = 0;
  isDead = false;
  commitFates: CommitFate[] = [];
  appendFates: AppendFate[] = [];
  readonly deafTo = new Set<BackplaneChannel>();
  /** So many of the next frames are lost. */
  losesEvents = 0;
  /** Commits that were stored although an earlier raise or a moved offset forbids them (P6). */
  readonly forbidden: string[] = [];
  /** Commits that were refused for that. */
  fenced = 0;
  private gate: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  constructor(private readonly scheduler: fc.Scheduler) {}

  /** Stops the process: nothing that it sends leaves until `wake`. */
  pause(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  wake(): void {
    this.open();
  }

  /** Waits for the turn of something that leaves. */
  async turn(what: string): Promise<void> {
    await this.gate;
    await this.scheduler.schedule(Promise.resolve(), what);
    Link.turns += 1;
  }
}

function outage(): DatabaseError {
  return new DatabaseError('outage', undefined, 'the connection is gone', undefined, undefined);
}

/** The real database behind a link. */
export class LinkedDatabase implements PhysicalDatabase {
  readonly name = 'linked';

  constructor(
    private readonly real: PhysicalDatabase,
    private readonly link: Link,
  ) {}

  async query<R extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    const isCommit = sql.includes('commit_batch(');
    await this.link.turn(isCommit ? 'commit' : 'read');
    if (!isCommit) return this.alive(() => this.real.query<R>(sql, parameters));
    const fate = this.link.commitFates.shift() ?? 'unharmed';
    if (fate === 'late') {
      // Nothing cancels it: it arrives when it likes, and nobody hears how it went (P6).
      void this.link
        .turn('late commit')
        .then(() => this.real.query(sql, parameters))
        .catch(() => undefined);
      throw outage();
    }
    if (fate === 'unreached') throw outage();
    const rows = await this.alive(() => this.commit<R>(sql, parameters));
    if (fate === 'unanswered') throw outage();
    return rows;
  }

  /** What the row says before the statement leaves only grows until it arrives: a commit that lies behind it must not be stored. */
  private async commit<R extends Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    const given = JSON.parse(String(parameters?.[0])) as { partition: number; fence: number; previous_offset: number }[];
    const stored = await this.real.query<{ partition: number; fence: number; command_offset: number }>(
      'SELECT partition, fence, command_offset FROM partition_progress WHERE partition = ANY($1::int[])',
      [given.map(({ partition }) => partition)],
    );
    const behind = given.filter(({ partition, fence, previous_offset: offset }) =>
      stored.some((row) => row.partition === partition && (row.fence > fence || row.command_offset > offset)),
    );
    try {
      const rows = await this.real.query<R>(sql, parameters);
      this.link.forbidden.push(...behind.map((share) => JSON.stringify(share)));
      return rows;
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === 'fenced') this.link.fenced += 1;
      throw error;
    }
  }

  async transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    await this.link.turn('transaction');
    return this.alive(() => this.real.transaction(work));
  }

  private async alive<Result>(ask: () => Promise<Result>): Promise<Result> {
    this.requireLife();
    const result = await ask();
    // It may have died meanwhile.
    this.requireLife();
    return result;
  }

  private requireLife(): void {
    if (this.link.isDead) throw outage();
  }
}

/** A shared backplane behind a link: what it loses is lost, and what it carries may overtake. */
export class LinkedBackplane extends Backplane {
  constructor(
    private readonly real: Backplane,
    private readonly link: Link,
  ) {
    super();
  }

  override listen(gateway: GatewayId, listener: BackplaneListener): Promise<Listening> {
    return this.real.listen(gateway, listener);
  }

  override async publish(gateways: readonly GatewayId[], channel: BackplaneChannel, message: string): Promise<void> {
    await this.link.turn(channel);
    if (this.link.isDead || this.link.deafTo.has(channel)) return;
    if (channel === 'events' && this.link.losesEvents > 0) {
      this.link.losesEvents -= 1;
      return;
    }
    await this.real.publish(gateways, channel, message);
  }

  override gateways(): Promise<readonly GatewayId[]> {
    return this.real.gateways();
  }

  override lives(gateway: GatewayId): Promise<boolean> {
    return this.real.lives(gateway);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A member of the shared log that can lose its partitions without hearing of it. */
export class LinkedLog extends EventLog {
  override readonly partitionCount: number;
  private subscription: Subscription | undefined;
  private member: Consumption | undefined;
  /** What this process still believes to be its own. */
  private believed: readonly number[] | undefined;

  constructor(
    private readonly real: EventLog,
    private readonly link: Link,
    private readonly onAppended: (topic: string, records: readonly LogRecord[]) => void = () => undefined,
  ) {
    super();
    this.partitionCount = real.partitionCount;
  }

  override async append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    if (this.link.isDead) throw new AppError('LOG_UNAVAILABLE');
    const fate = this.link.appendFates.shift() ?? 'unharmed';
    if (fate === 'unavailable') throw new AppError('LOG_UNAVAILABLE');
    if (fate === 'uncertain') throw new AppError('LOG_UNCERTAIN');
    const positions = await this.real.append(topic, records);
    this.onAppended(topic, records);
    if (fate === 'written, uncertain') throw new AppError('LOG_UNCERTAIN');
    return positions;
  }

  override async subscribe(subscription: Subscription): Promise<Consumption> {
    this.subscription = { ...subscription, onRevoked: async (partitions) => (this.believed === undefined ? subscription.onRevoked?.(partitions) : undefined) };
    this.member = await this.real.subscribe(this.subscription);
    const now = (): Consumption | undefined => (this.believed === undefined ? this.member : undefined);
    return {
      assigned: () => this.believed ?? this.member?.assigned() ?? [],
      pause: (partition) => now()?.pause(partition),
      resume: (partition) => now()?.resume(partition),
      seek: (partition, offset) => now()?.seek(partition, offset),
      commit: async (partition, nextOffset) => now()?.commit(partition, nextOffset),
      committed: (partition) => this.member?.committed(partition) ?? Promise.resolve(undefined),
      stop: async () => this.member?.stop(),
    };
  }

  /** The group takes everything away, and this process doesn't hear of it. */
  async expire(): Promise<void> {
    this.believed ??= this.member?.assigned() ?? [];
    await this.member?.stop();
  }

  /** It hears of it, and joins again. */
  async rejoin(): Promise<void> {
    const { subscription, believed } = this;
    if (subscription === undefined || believed === undefined) return;
    this.believed = undefined;
    await subscription.onRevoked?.(believed);
    this.member = await this.real.subscribe(subscription);
  }

  override read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    if (this.link.isDead) return Promise.reject(new AppError('LOG_UNAVAILABLE'));
    return this.real.read(topic, partition, fromOffset, limit);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}
