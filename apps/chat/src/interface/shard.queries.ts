import { OperatorActs } from '@agent-chat/audit';
import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database, whileReachable } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MoveRunner } from '../application/move/move-runner';
import { MoveRepository } from '../infrastructure/move/move-repository';
import { ShardSizes } from '../infrastructure/move/shard-sizes';

/** Answers what operators ask about shards, and begins and takes back moves. */
@Injectable()
export class ShardQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly database: Database,
    private readonly moves: MoveRepository,
    private readonly sizes: ShardSizes,
    private readonly runner: MoveRunner,
    private readonly acts: OperatorActs,
  ) {}

  onModuleInit(): void {
    const { bus } = this;
    bus.answer('shards.map', () => whileReachable(this.map()));
    bus.answer('shards.moving', () => whileReachable(this.moving()));
    bus.answer('shards.move', (input) => whileReachable(this.move(input)));
    bus.answer('shards.cancel', (input) => whileReachable(this.cancel(input)));
  }

  private async map(): Promise<QueryAnswer<'shards.map'>> {
    const [sizes, moves] = await Promise.all([this.sizes.read(), this.moves.list()]);
    return { ...sizes, moves };
  }

  private async moving(): Promise<QueryAnswer<'shards.moving'>> {
    const move = await this.moves.running();
    return { moves: move === undefined ? [] : [move] };
  }

  private async move({ partition, target, actorId }: QueryInput<'shards.move'>): Promise<QueryAnswer<'shards.move'>> {
    this.requireShard(partition);
    const names = this.database.names();
    if (!names.includes(target)) {
      throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'target', message: `must be one of ${names.join(', ')}` }] });
    }
    if (actorId !== undefined) await this.acts.note({ type: 'shard.move', actorId, subjectId: `${partition} to ${target}` });
    const move = await this.moves.plan(partition, target);
    this.runner.look();
    return { move };
  }

  private async cancel({ partition, actorId }: QueryInput<'shards.cancel'>): Promise<QueryAnswer<'shards.cancel'>> {
    this.requireShard(partition);
    if (actorId !== undefined) await this.acts.note({ type: 'shard.move.cancel', actorId, subjectId: String(partition) });
    return { move: await this.moves.cancel(partition) };
  }

  private requireShard(partition: number): void {
    if (partition >= this.database.partitionCount) throw new AppError('NOT_FOUND', { detail: 'There is no such shard' });
  }
}
