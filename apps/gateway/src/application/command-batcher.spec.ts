import { type Command } from '@agent-chat/contracts';
import { type EventLog, type LogRecord, type RecordPosition } from '@agent-chat/event-log';
import { AppError, newId, type GatewayId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { CommandBatcher } from './command-batcher';

function command(): Command {
  return {
    type: 'message.post',
    roomId: newId<RoomId>(),
    actorId: newId<UserId>(),
    key: newId(),
    requestId: newId<RequestId>(),
    gatewayId: newId<GatewayId>(),
    data: { messageId: newId<MessageId>(), text: 'x' },
  };
}

/** A batcher over a log that answers each batch as told. */
function setUp(respond: (records: readonly LogRecord[]) => Promise<readonly RecordPosition[]>) {
  return new CommandBatcher({ append: (_topic: string, records: readonly LogRecord[]) => respond(records) } as unknown as EventLog);
}

describe('CommandBatcher', () => {
  it('tells each command of a batch its own offset (P21)', async () => {
    const batches: number[] = [];
    const batcher = setUp((records) => {
      batches.push(records.length);
      return Promise.resolve(records.map((_record, index) => ({ partition: index % 2, offset: 40 + index })));
    });

    expect(await Promise.all([command(), command(), command()].map((each) => batcher.append(each)))).toEqual([40, 41, 42]);
    expect(batches).toEqual([3]);
  });

  it.each(['LOG_UNAVAILABLE', 'LOG_UNCERTAIN'] as const)('tells each command of a batch that ended in %s, and no other (P21)', async (code) => {
    let batches = 0;
    const batcher = setUp((records) =>
      ++batches === 1 ? Promise.reject(new AppError(code)) : Promise.resolve(records.map(() => ({ partition: 0, offset: 1 }))),
    );
    const failed = await Promise.allSettled([batcher.append(command()), batcher.append(command())]);

    expect(failed.map((each) => each.status === 'rejected' && AppError.from(each.reason).code)).toEqual([code, code]);
    expect(await batcher.append(command())).toBe(1);
  });
});
