import { newId, partitionOf, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { EventReader } from '../../../apps/chat/src/infrastructure/read/event.reader';
import { HeadReader } from '../../../apps/chat/src/infrastructure/read/head.reader';
import { PartitionLogReader } from '../../../apps/chat/src/infrastructure/read/partition-log.reader';
import { PersonLogReader } from '../../../apps/chat/src/infrastructure/read/person-log.reader';
import { RoomListReader } from '../../../apps/chat/src/infrastructure/read/room-list.reader';
import { RoomReader } from '../../../apps/chat/src/infrastructure/read/room.reader';
import { SearchReader } from '../../../apps/chat/src/infrastructure/read/search.reader';
import { type MoveStep } from '../../../apps/chat/src/application/move/shard-mover';
import { openHistory } from '../../support/history-pages';
import { PARTITIONS, post, roomIn } from './calls';
import { openMoveRig, type MoveRig } from './move-rig';

const PARTITION = 6;
const STEPS: readonly MoveStep[] = ['copy', 'follow', 'verify', 'decide', 'activate', 'clean'];

describe('reading while a shard is moved', () => {
  let rig: MoveRig;
  let roomIds: RoomId[];
  const ann = newId<UserId>();

  jest.setTimeout(60_000);

  beforeAll(async () => {
    rig = await openMoveRig();
    // Of the moved shard, of its neighbour in the same database, and of one that is where it goes.
    roomIds = [PARTITION, PARTITION, PARTITION, 8, 7].map(roomIn);
    for (const roomId of roomIds) {
      await rig.send({ type: 'room.create', roomId, actorId: ann, data: { kind: 'public', name: 'lobby', topic: '', memberIds: [] } });
      await rig.send(post(roomId, ann, 'gnu'));
      await rig.database
        .shard(partitionOf(roomId, PARTITIONS))
        .query(`INSERT INTO message_search SELECT message_id, room_id, author_id, created_at, to_tsvector('simple', text) FROM messages WHERE room_id = $1`, [
          roomId,
        ]);
    }
  });
  afterAll(() => rig.stop());

  /** What a process finds that looked at the map when everything was still at its old place. */
  async function openReaders() {
    const database = await rig.open();
    const remembered = openHistory(database, 1_000_000);
    await remembered({ roomId: roomIds[0]!, userId: ann, limit: 10 });
    const lists = new RoomListReader(database, new PersonLogReader(database));
    const [heads, room, search, events] = [HeadReader, RoomReader, SearchReader, EventReader].map((Reader) => new Reader(database)) as [
      HeadReader,
      RoomReader,
      SearchReader,
      EventReader,
    ];
    const ids = (rooms: readonly { readonly roomId: string }[]): string[] => rooms.map(({ roomId }) => roomId).sort();
    const [moving] = roomIds as [RoomId];
    return {
      'rooms.mine': async () => ids((await lists.mine({ userId: ann, limit: 100 })).rooms),
      'rooms.memberOf': async () => (await lists.memberOf({ userId: ann })).roomIds.sort(),
      'rooms.discover': async () => ids((await lists.discover({ userId: newId<UserId>(), limit: 100 })).rooms),
      'heads.read': async () => ids((await heads.badges({ reads: [{ userId: ann, roomIds }] })).heads[0]!.heads),
      'rooms.heads': async () => ids((await heads.heads({ roomIds })).rooms),
      'messages.search': async () => ids((await search.search({ userId: ann, q: 'gnu', limit: 100 })).items.map(({ message }) => message)),
      'rooms.open': async () =>
        ids((await events.open({ userId: ann, rooms: roomIds.map((roomId) => ({ roomId, cursor: '1.0' })), maxBytes: 1e6 })).rooms.filter(({ ok }) => ok)),
      'room.get': async () => (await room.get({ roomId: moving, userId: ann })).room.head,
      'room.members': async () => (await room.members({ roomId: moving, userId: ann, limit: 10 })).members.length,
      'room.readers': async () => (await room.readers({ roomId: moving, userIds: [ann] })).userIds,
      'room.history': async () => (await openHistory(database, 0)({ roomId: moving, userId: ann, limit: 10 })).items.map(({ text }) => text),
      'room.history from memory': async () => (await remembered({ roomId: moving, userId: ann, limit: 10 })).items.map(({ text }) => text),
      'room.events': async () => (await events.events({ roomId: moving, userId: ann, after: '1.0', limit: 10, maxBytes: 1e6 })).events.map(({ seq }) => seq),
      'partition.events': async () => (await new PartitionLogReader(database).events({ partition: PARTITION, afterPosition: 0, limit: 100 })).lastPosition,
    };
  }

  const answersOf = async (readers: Awaited<ReturnType<typeof openReaders>>): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      await Promise.all(Object.entries(readers).map(async ([name, read]) => [name, await read().catch((error: unknown) => String(error))] as const)),
    );

  it('shows each room exactly once, to processes with old and new maps, whatever step the move is at and wherever it stops', async () => {
    const all = [...roomIds].sort();
    const fresh = await openReaders();
    const expected = await answersOf(fresh);
    expect(expected).toMatchObject({ 'rooms.mine': all, 'rooms.memberOf': all, 'rooms.discover': all, 'heads.read': all, 'rooms.heads': all });
    expect(expected).toMatchObject({
      'messages.search': all,
      'rooms.open': all,
      'room.get': 3,
      'room.history': ['gnu'],
      'room.history from memory': ['gnu'],
      'room.events': [1, 2, 3],
    });

    const stale = new Map(await Promise.all([...STEPS, 'done'].map(async (step) => [step, await openReaders()] as const)));
    const seen: [string, unknown][] = [];
    const look = async (step: string): Promise<void> => {
      seen.push([step, await answersOf(fresh)], [step, await answersOf(stale.get(step)!)]);
    };
    const runner = rig.runner(rig.database, async (step) => {
      if (STEPS.includes(step)) await look(step);
    });
    await rig.moves.plan(PARTITION, 'b');
    runner.look();
    await eventually(async () => expect((await rig.moves.list())[0]).toMatchObject({ phase: 'done' }), { timeoutMs: 30_000 });
    await look('done');
    expect(new Set(seen.map(([step]) => step))).toEqual(new Set([...STEPS, 'done']));
    for (const answers of seen) expect(answers).toEqual([answers[0], expected]);
  });
});
