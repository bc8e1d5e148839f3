import { type CommandAnswer } from '@agent-chat/contracts';
import { groupBy, partitionOf, type RequestId } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { type CommandCall } from './command-sender';

/** A call that waits for its answer. */
export interface OpenCall {
  readonly call: CommandCall;
  readonly key: string;
  readonly requestId: RequestId;
  readonly deadlineMs: number;
  askAtMs: number;
  asking: boolean;
  /** Where the command lies in its partition, once the log has said so. */
  offset: number | undefined;
}

const ASK_TIMEOUT_MS = 1_000;

/** Asks owners what became of calls without an answer, one question a partition (P22). */
export class OutcomeEnquiry {
  constructor(
    private readonly queries: QueryBus,
    private readonly partitionCount: number,
  ) {}

  /** Reports each call once: its answer, `gone`, or `pending`, also when the owner can't be asked. Never rejects. */
  async ask<Call extends OpenCall>(calls: readonly Call[], report: (call: Call, outcome: CommandAnswer | 'pending' | 'gone') => void): Promise<void> {
    const byPartition = groupBy(calls, ({ call }) => partitionOf(call.roomId, this.partitionCount));
    await Promise.all([...byPartition].map(([partition, group]) => this.askOwner(partition, group, report)));
  }

  private async askOwner<Call extends OpenCall>(
    partition: number,
    calls: readonly Call[],
    report: (call: Call, outcome: CommandAnswer | 'pending' | 'gone') => void,
  ): Promise<void> {
    const asked = calls.map(({ requestId, call, key, offset }) => ({
      requestId,
      actorId: call.actorId,
      roomId: call.roomId,
      key,
      ...(offset === undefined ? {} : { offset }),
    }));
    const found = new Map<string, CommandAnswer | 'pending' | 'gone'>();
    try {
      const { outcomes } = await this.queries.ask('command.outcome', { partition, calls: asked }, { timeoutMs: ASK_TIMEOUT_MS, partition });
      for (const outcome of outcomes) found.set(outcome.requestId, outcome.status === 'answered' ? outcome.answer : outcome.status);
    } catch {
      // Whoever can't be asked now is asked again; the caller's deadline ends it.
    }
    for (const call of calls) report(call, found.get(call.requestId) ?? 'pending');
  }
}
