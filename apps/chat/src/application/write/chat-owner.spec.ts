import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { COMMANDS_TOPIC, encodeCommand, type CommandAnswer } from '@agent-chat/contracts';
import { type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, partitionOf, SystemClock, type GatewayId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { ChatOwner } from './chat-owner';

const PARTITIONS = 2;

/** A database of empty rooms, in which every partition has just begun. */
function emptyDatabase(name: string): PhysicalDatabase {
  const progress = {
    ...{ fence: 1, state: 'active', epoch: 1, position: 0, published_position: 0, last_at: '2026-01-01T00:00:00.000Z', now: '2026-01-01T00:00:00.000Z' },
    ...{ command_offset: -1, command_request_id: null, command_appended_ms: 0 },
  };
  const query = (sql: string) => Promise.resolve(sql.startsWith('UPDATE partition_progress') ? [progress] : []);
  const connection = { query } as unknown as Queryable;
  return { name, query, transaction: (work: (connection: Queryable) => Promise<unknown>) => work(connection) } as unknown as PhysicalDatabase;
}

function roomIn(partition: number): RoomId {
  for (;;) {
    const roomId = newId<RoomId>();
    if (partitionOf(roomId, PARTITIONS) === partition) return roomId;
  }
}

describe('ChatOwner', () => {
  it('works on the partitions of one database while another one says nothing', async () => {
    const silent = { ...emptyDatabase('silent'), transaction: () => new Promise<never>(() => undefined) };
    const places: readonly PhysicalDatabase[] = [emptyDatabase('well'), silent];
    const [log, backplane] = [new InMemoryEventLog({ partitionCount: PARTITIONS, clock: new SystemClock() }), new InMemoryBackplane()];
    const gatewayId = newId<GatewayId>();
    const answers: CommandAnswer[] = [];
    await backplane.listen(gatewayId, (channel, message) => {
      if (channel === 'answers') answers.push(...(JSON.parse(message) as CommandAnswer[]));
    });
    const database = { writer: (partition: number) => places[partition]!, reload: () => Promise.resolve(false) };
    const owner = new ChatOwner({ log, backplane, database, clock: new SystemClock(), name: 'owner' });
    await owner.start();

    const call = { type: 'room.join' as const, roomId: roomIn(0), actorId: newId<UserId>(), key: newId(), requestId: newId<RequestId>(), gatewayId, data: {} };
    await log.append(COMMANDS_TOPIC, [encodeCommand(call)]);

    await eventually(() => expect(answers).toMatchObject([{ requestId: call.requestId, ok: false, error: { code: 'ROOM_NOT_FOUND' } }]));
    expect([owner.owned(0)?.state, owner.owned(1)]).toEqual(['active', undefined]);
    await owner.stop();
    await log.close();
    await backplane.close();
  });
});
