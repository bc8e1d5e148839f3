import { newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { openMoveRig, type MoveRig } from './move-rig';
import { create, post, roomIn, seqOf } from './write-rig';

const PARTITION = 6;

describe('moving a shard to another database', () => {
  let rig: MoveRig;
  const ann = newId<UserId>();

  jest.setTimeout(60_000);

  beforeEach(async () => {
    rig = await openMoveRig();
  });
  afterEach(() => rig.stop());

  const rooms = async (count: number): Promise<RoomId[]> => {
    const ids = Array.from({ length: count }, () => roomIn(PARTITION));
    for (const roomId of ids) await rig.send(create(roomId, ann));
    return ids;
  };
  const phase = async (): Promise<string | undefined> => {
    const [move] = await rig.moves.list();
    return move?.error === undefined ? move?.phase : `${move.phase}: ${move.error}`;
  };
  const seqsIn = async (name: string, roomId: RoomId): Promise<number[]> =>
    (await rig.database.named(name).query<{ seq: number }>('SELECT seq FROM room_events WHERE room_id = $1 ORDER BY seq', [roomId])).map(({ seq }) => seq);

  it('loses, doubles and reorders nothing that is posted meanwhile, and nobody waits for two seconds', async () => {
    const roomIds = await rooms(5);
    const answers = new Map<RoomId, number[]>(roomIds.map((roomId) => [roomId, []]));
    let longestMs = 0;
    let isOver = false;
    const posting = Promise.all(
      roomIds.map(async (roomId) => {
        while (!isOver) {
          const startedMs = performance.now();
          const seq = seqOf(await rig.send(post(roomId, ann, `hello ${newId()}`)));
          longestMs = Math.max(longestMs, performance.now() - startedMs);
          answers.get(roomId)!.push(seq as number);
        }
      }),
    );
    await rig.moves.plan(PARTITION, 'b');
    rig.runner(rig.database).look();
    await eventually(async () => expect(await phase()).toBe('done'), { timeoutMs: 10_000 });
    isOver = true;
    await posting;

    for (const roomId of roomIds) {
      const seqs = await seqsIn('b', roomId);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      expect(answers.get(roomId)).toEqual(seqs.slice(1 - answers.get(roomId)!.length - 1));
      expect(await seqsIn('a', roomId)).toEqual([]);
    }
    expect(longestMs).toBeLessThan(2_000);
    await rig.database.reload();
    expect(rig.database.shard(PARTITION).name).toBe('b');
  });
});
