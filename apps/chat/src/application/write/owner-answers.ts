import { type CommandAnswer, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { AppError, type GatewayId, type RoomId, type UserId } from '@agent-chat/kernel';
import { type Database, whileReachable } from '@agent-chat/database';
import { NotTheOwnerError } from '@agent-chat/query-bus';
import { askPartition } from '../../infrastructure/read/shard-reader';
import { AggregateReader } from '../../infrastructure/write/aggregate-reader';
import { type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { keyName, resultOf, storedKeyName } from './batch-decider';
import { type ChatOwner } from './chat-owner';
import { type OwnedPartition } from './owned-partition';

type Outcome = QueryAnswer<'command.outcome'>['outcomes'][number];
type AskedCall = QueryInput<'command.outcome'>['calls'][number];

/** Answers what only the owner of a partition knows. */
export class OwnerAnswers {
  constructor(
    private readonly owner: ChatOwner,
    private readonly database: Pick<Database, 'shard' | 'reload'>,
  ) {}

  /** P23: from now on the gateway gets the rooms' events; the fence tells it from which owner. */
  registerInterest({ gatewayId, partition, roomIds }: QueryInput<'interest.register'>): QueryAnswer<'interest.register'> {
    const owned = this.require(partition);
    for (const roomId of roomIds as RoomId[]) owned.interest.add(roomId, gatewayId as GatewayId);
    return { fence: owned.fence };
  }

  dropInterest({ gatewayId, partition, roomIds }: QueryInput<'interest.drop'>): QueryAnswer<'interest.drop'> {
    const owned = this.require(partition);
    for (const roomId of roomIds as RoomId[]) owned.interest.drop(roomId, gatewayId as GatewayId);
    return {};
  }

  /** P22: only from what was committed, or read after this owner's raise. Who isn't the owner says so: to the asker that is `pending`. */
  async outcomes({ partition, calls }: QueryInput<'command.outcome'>): Promise<QueryAnswer<'command.outcome'>> {
    const owned = this.require(partition);
    const { fence, committedOffset } = owned;
    const keys = await new AggregateReader({ query: (sql, parameters = []) => askPartition(this.database, partition, sql, parameters) }).keys(
      calls.map((call) => ({ room_id: call.roomId, actor_id: call.actorId, key: call.key })),
    );
    const stored = new Map(keys.map((key) => [storedKeyName(key), key]));
    return {
      outcomes: calls.map((call): Outcome => {
        const key = stored.get(keyName(call));
        // Another call's key tells this one's outcome only once the owner has compared what both ask for.
        if (key?.request_id === call.requestId) return answered({ requestId: call.requestId, ok: true, result: resultOf(key, false) });
        return isCurrent(owned, fence) ? withoutKey(owned, call, committedOffset) : { requestId: call.requestId, status: 'pending' };
      }),
    };
  }

  /** P33: written with the partition's next batch. */
  async markRead({ roomId, userId, seq, force }: QueryInput<'read.mark'>, partition: number): Promise<QueryAnswer<'read.mark'>> {
    this.require(partition);
    const before = await this.badges(partition, roomId, userId);
    if (before === undefined) throw new AppError('ROOM_NOT_FOUND');
    // It may have gone meanwhile, and nobody would take a mark out of it again.
    const owned = this.require(partition);
    await new Promise<void>((resolve, reject) => {
      const done = (error?: unknown): void => {
        if (error === undefined) resolve();
        else reject(AppError.from(error));
      };
      owned.push({ mark: { roomId: roomId as RoomId, userId: userId as UserId, seq: Math.min(seq, before.head), force, done } });
      this.owner.notify(owned);
    });
    const badges = await this.badges(partition, roomId, userId);
    if (badges === undefined) throw new AppError('ROOM_NOT_FOUND');
    return badges;
  }

  private badges(partition: number, roomId: string, userId: string): ReturnType<ProgressRepository['badges']> {
    return whileReachable(this.owner.progressOf(partition).badges(partition, roomId, userId));
  }

  private require(partition: number): OwnedPartition {
    const owned = this.owner.owned(partition);
    if (owned === undefined) throw new NotTheOwnerError();
    return owned;
  }
}

function withoutKey(owned: OwnedPartition, call: AskedCall, committedOffset: number): Outcome {
  const { requestId } = call;
  const answer = owned.answerTo(requestId);
  if (answer !== undefined) return answered(answer);
  return { requestId, status: call.offset === undefined || call.offset > committedOffset ? 'pending' : 'gone' };
}

function isCurrent(owned: OwnedPartition, fence: number): boolean {
  return owned.state === 'active' && owned.fence === fence;
}

function answered(answer: CommandAnswer): Outcome {
  return { requestId: answer.requestId, status: 'answered', answer };
}
