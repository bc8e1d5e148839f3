import { type CommandAnswer, type QueryInput } from '@agent-chat/contracts';
import { AppError, newId, partitionOf, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { OutcomeEnquiry, type OpenCall } from './outcome-enquiry';

const PARTITIONS = 4;

function roomIn(partition: number): RoomId {
  for (;;) {
    const roomId = newId<RoomId>();
    if (partitionOf(roomId, PARTITIONS) === partition) return roomId;
  }
}

function openCall(roomId: RoomId, offset?: number): OpenCall {
  const call = { type: 'message.post' as const, roomId, actorId: newId<UserId>(), key: undefined, data: { messageId: newId<MessageId>(), text: 'x' } };
  return { call, key: newId(), requestId: newId<RequestId>(), deadlineMs: 0, askAtMs: 0, asking: true, offset };
}

function setUp() {
  const questions: QueryInput<'command.outcome'>[] = [];
  const away = new Set<number>();
  const known = new Map<string, CommandAnswer | 'gone'>();
  const queries = new InMemoryQueryBus();
  queries.answer('command.outcome', (question) => {
    questions.push(question);
    if (away.has(question.partition)) return Promise.reject(new AppError('UNAVAILABLE'));
    const outcomes = question.calls.flatMap(({ requestId }) => {
      const outcome = known.get(requestId);
      if (outcome === undefined) return [];
      return [outcome === 'gone' ? { requestId, status: 'gone' as const } : { requestId, status: 'answered' as const, answer: outcome }];
    });
    return Promise.resolve({ outcomes });
  });
  const reports: [OpenCall, CommandAnswer | 'pending' | 'gone'][] = [];
  const ask = (calls: readonly OpenCall[]) => new OutcomeEnquiry(queries, PARTITIONS).ask(calls, (...report) => reports.push(report));
  return { questions, away, known, reports, ask };
}

function refusalOf({ requestId }: OpenCall): CommandAnswer {
  return { requestId, ok: false, error: new AppError('MUTED').toBody() };
}

describe('OutcomeEnquiry', () => {
  it('asks each owner once about all of its calls, and names offsets that are known (P22)', async () => {
    const { questions, ask } = setUp();
    const calls = [openCall(roomIn(1), 7), openCall(roomIn(2)), openCall(roomIn(1))];
    await ask(calls);

    const asked = calls.map(({ call, key, requestId }) => ({ requestId, key, actorId: call.actorId, roomId: call.roomId }));
    expect(questions).toEqual([
      { partition: 1, calls: [{ ...asked[0], offset: 7 }, asked[2]] },
      { partition: 2, calls: [asked[1]] },
    ]);
  });

  it('reports each call once: answered, gone, or pending if its owner says nothing of it (P22)', async () => {
    const { known, reports, ask } = setUp();
    const [answered, gone, unmentioned] = [openCall(roomIn(1)), openCall(roomIn(1)), openCall(roomIn(1))];
    known.set(answered.requestId, refusalOf(answered)).set(gone.requestId, 'gone');
    await ask([answered, gone, unmentioned]);

    expect(reports).toEqual([
      [answered, refusalOf(answered)],
      [gone, 'gone'],
      [unmentioned, 'pending'],
    ]);
  });

  it('reports pending, and nothing else, when an owner cannot be asked, and the others all the same (P22)', async () => {
    const { away, known, reports, ask } = setUp();
    away.add(1);
    const [lost, found] = [openCall(roomIn(1)), openCall(roomIn(2))];
    known.set(lost.requestId, 'gone').set(found.requestId, 'gone');
    await ask([lost, found]);

    expect(new Map(reports)).toEqual(
      new Map([
        [lost, 'pending'],
        [found, 'gone'],
      ]),
    );
  });
});
