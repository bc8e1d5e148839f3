import { type CommandData, type CommandResult, type CommandType } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';

/** A call that changes a room, from any transport. */
export interface CommandCall<Type extends CommandType = CommandType> {
  readonly type: Type;
  readonly roomId: RoomId;
  readonly actorId: UserId;
  /** The caller's idempotency key; without one the call gets its own and can't be repeated. */
  readonly key: string | undefined;
  readonly data: CommandData<Type>;
}

/** Sends commands to their owner and waits for the answer: the only way by which a gateway changes a room. */
export abstract class CommandSender {
  /**
   * Resolves after the commit (P8). Throws the owner's refusal, UNAVAILABLE when certainly nothing was accepted, TIMEOUT when it may still
   * be stored (P21, P22). Calls of one room keep the order in which they were made.
   */
  abstract send<Type extends CommandType>(call: CommandCall<Type>): Promise<CommandResult>;

  /** Refuses further calls with DRAINING; resolves when no call waits any more: each has its answer, or its deadline has passed. */
  abstract drain(): Promise<void>;
}
