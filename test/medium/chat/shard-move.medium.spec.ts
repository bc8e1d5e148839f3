import { newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { type MoveStep } from '../../../apps/chat/src/application/move/shard-mover';
import { MOVED_TABLES } from '../../../apps/chat/src/infrastructure/move/moved-tables';
import { MoveLostError } from '../../../apps/chat/src/infrastructure/move/shard-copy';
import { ShardRows, ShardSource } from '../../../apps/chat/src/infrastructure/move/shard-source';
import { ShardTarget } from '../../../apps/chat/src/infrastructure/move/shard-target';
import { create, post, roomIn, seqOf } from './calls';
import { openMoveRig, type MoveRig } from './move-rig';
import { SteadyPosts } from './steady-posts';

const STEPS: readonly MoveStep[] = ['prepare', 'copy', 'follow', 'close', 'verify', 'decide', 'activate', 'clean'];
const BEFORE_THE_DECISION: readonly MoveStep[] = ['prepare', 'copy', 'follow', 'close', 'verify', 'decide'];

describe('moving a shard to another database', () => {
  let rig: MoveRig;
  /** Each test moves another one; all begin on `a`. */
  let partition = -2;
  const ann = newId<UserId>();

  jest.setTimeout(60_000);

  beforeAll(async () => {
    rig = await openMoveRig();
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    partition += 2;
  });

  const roomsOf = async (count: number): Promise<RoomId[]> => {
    const ids = Array.from({ length: count }, () => roomIn(partition));
    for (const roomId of ids) await rig.send(create(roomId, ann));
    return ids;
  };
  const stateIn = async (name: string): Promise<unknown> =>
    (await rig.database.named(name).query('SELECT state FROM partition_progress WHERE partition = $1', [partition]))[0]?.['state'];
  const phaseToBe = (phase: string): Promise<void> =>
    eventually(
      async () => {
        const [move] = await rig.moves.list();
        expect({ phase: move?.phase, error: move?.error }).toMatchObject({ phase });
      },
      { timeoutMs: 25_000 },
    );

  const steadyPosts = (roomIds: readonly RoomId[]): SteadyPosts => new SteadyPosts(rig, ann, roomIds);

  /** A process that comes to a step and stands still there, and can be woken. */
  const standingStillAt = async (step: MoveStep) => {
    let reach: () => void = () => undefined;
    let wake: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const runner = rig.runner(await rig.open(), async (now) => {
      if (now !== step) return;
      reach();
      await asleep;
    });
    // It can't renew it while it stands still.
    const loseLease = () => rig.database.directory().query(`UPDATE shard_moves SET token = NULL, lease_until = NULL WHERE ended_at IS NULL`);
    return { runner, reached, wake, loseLease };
  };

  it('loses, doubles and reorders nothing that is posted meanwhile, and writers wait for the switch alone', async () => {
    const posts = steadyPosts(await roomsOf(5));
    await rig.moves.plan(partition, 'b');
    rig.runner(rig.database).look();
    await phaseToBe('done');
    // The switch and a taking of the partition; how long that is on a quiet machine is measured in test/infrastructure/shard-move.
    expect(await posts.expectAllIn('b', 'a')).toBeLessThan(5_000);
    await rig.database.reload();
    expect(rig.database.shard(partition).name).toBe('b');
    expect([await stateIn('a'), await stateIn('b')]).toEqual(['moved', 'active']);
    expect((await rig.moves.list())[0]?.stalledMs).toBeLessThan(1_500);
  });

  it.each(STEPS)('is finished by another process when the one that runs it stops at "%s", and that one does no harm when it wakes', async (step) => {
    const posts = steadyPosts(await roomsOf(3));
    await rig.moves.plan(partition, 'b');
    const sleeper = await standingStillAt(step);
    sleeper.runner.look();
    await sleeper.reached;
    const other = rig.runner(await rig.open());
    await sleeper.loseLease();
    other.look();
    await phaseToBe('done');
    sleeper.wake();
    await sleeper.runner.beforeApplicationShutdown();
    await posts.expectAllIn('b', 'a');
    expect([await stateIn('a'), await stateIn('b')]).toEqual(['moved', 'active']);
  });

  it('is given up by whoever runs it when nothing answers in the switch: writers go on, and so does another', async () => {
    const posts = steadyPosts(await roomsOf(3));
    await rig.moves.plan(partition, 'b');
    const sleeper = await standingStillAt('verify');
    sleeper.runner.look();
    await sleeper.reached;
    await phaseToBe('following');
    const other = rig.runner(await rig.open());
    other.onApplicationBootstrap();
    await phaseToBe('done');
    await other.beforeApplicationShutdown();
    sleeper.wake();
    await sleeper.runner.beforeApplicationShutdown();
    await posts.expectAllIn('b', 'a');
    expect([await stateIn('a'), await stateIn('b')]).toEqual(['moved', 'active']);
  });

  it.each(BEFORE_THE_DECISION)('is taken back when it is cancelled at "%s", and may be begun again', async (step) => {
    const posts = steadyPosts(await roomsOf(3));
    await rig.moves.plan(partition, 'b');
    const sleeper = await standingStillAt(step);
    sleeper.runner.look();
    await sleeper.reached;
    expect(await rig.moves.cancel(partition)).toMatchObject({ phase: 'undoing' });
    sleeper.wake();
    await phaseToBe('cancelled');
    await posts.expectAllIn('a', 'b');
    expect([await stateIn('a'), await stateIn('b')]).toEqual(['active', undefined]);
    await rig.moves.plan(partition, 'b');
    rig.runner(rig.database).look();
    await phaseToBe('done');
  });

  it('can no longer be cancelled once it is decided', async () => {
    await roomsOf(1);
    await rig.moves.plan(partition, 'b');
    rig.runner(rig.database).look();
    await phaseToBe('done');
    await expect(rig.moves.cancel(partition)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
  });

  it.each([
    ['a changed row', `UPDATE messages SET text = text || '!' WHERE room_id = $1 AND seq = 3`],
    ['a missing row', 'DELETE FROM message_keys WHERE room_id = $1'],
    ['a row too many', `INSERT INTO bans (room_id, user_id, banned_by, banned_at) VALUES ($1, $1, $1, now())`],
    ['a hole in the log', 'DELETE FROM room_events WHERE room_id = $1 AND seq = 3'],
  ])('refuses to switch over %s at the target, and the shard goes on where it was', async (_what, tamper) => {
    const [roomId] = (await roomsOf(1)) as [RoomId];
    await rig.send(post(roomId, ann, 'one'));
    await rig.send(post(roomId, ann, 'two'));
    await rig.moves.plan(partition, 'b');
    const sleeper = await standingStillAt('follow');
    sleeper.runner.look();
    await sleeper.reached;
    await rig.database.named('b').query(tamper, [roomId]);
    sleeper.wake();
    await phaseToBe('failed');
    expect((await rig.moves.list())[0]?.error).toMatch(/rows differ|has a hole/);
    expect([await stateIn('a'), await stateIn('b')]).toEqual(['active', undefined]);
    expect(seqOf(await rig.send(post(roomId, ann, 'three')))).toBe(5);
  });

  it('brings over every row of every table: keys answer what they did, marks stay, nothing is changed', async () => {
    const [roomId, other] = (await roomsOf(2)) as [RoomId, RoomId];
    const bob = newId<UserId>();
    const messageId = newId<MessageId>();
    const key = newId();
    await rig.send({ type: 'message.post', roomId, actorId: ann, key, data: { messageId, text: 'first' } });
    await rig.send({ type: 'message.edit', roomId, actorId: ann, data: { messageId, text: 'first @room' } });
    await rig.send({ type: 'reaction.add', roomId, actorId: ann, data: { messageId, emoji: '👍' } });
    await rig.send({ type: 'member.ban', roomId, actorId: ann, data: { userId: bob } });
    await rig.send(post(roomId, ann, 'second'));
    await rig.owners.markRead({ roomId, userId: ann, seq: 2, force: true }, partition);
    await rig.database
      .named('a')
      .query(`INSERT INTO message_search SELECT message_id, room_id, author_id, created_at, to_tsvector('simple', text) FROM messages WHERE room_id = $1`, [
        roomId,
      ]);
    await rig.database.named('a').query(`INSERT INTO consumer_positions VALUES ('search', $1, 1, 7), ('directory', $1, 1, 8)`, [partition]);
    const before = await rig.rowsIn('a', [roomId, other]);
    await rig.moves.plan(partition, 'b');
    rig.runner(rig.database).look();
    await phaseToBe('done');
    expect(await rig.rowsIn('b', [roomId, other])).toEqual(before);
    expect(before['read_watermarks']).toHaveLength(2);
    const positions = (name: string) => rig.database.named(name).query('SELECT consumer, position FROM consumer_positions WHERE partition = $1', [partition]);
    expect(await positions('b')).toEqual([{ consumer: 'search', position: 7 }]);
    expect(await positions('a')).toEqual([{ consumer: 'directory', position: 8 }]);
    const again = await rig.send({ type: 'message.post', roomId, actorId: ann, key, data: { messageId, text: 'first' } });
    expect(again).toMatchObject({ ok: true, result: { seq: 3, duplicate: true } });
    expect(seqOf(await rig.send(post(roomId, ann, 'third')))).toBe(8);
  });

  it('is noticed by the owner of a quiet shard, who then owns it where it is', async () => {
    const [roomId] = (await roomsOf(1)) as [RoomId];
    const before = rig.owner.owned(partition)!.fence;
    await rig.moves.plan(partition, 'b');
    rig.runner(await rig.open()).look();
    await phaseToBe('done');
    await eventually(async () => {
      const rows = await rig.database.named('b').query('SELECT fence FROM partition_progress WHERE partition = $1', [partition]);
      expect(rows).toEqual([{ fence: rig.owner.owned(partition)?.fence }]);
    });
    expect(rig.owner.owned(partition)!.fence).toBeGreaterThan(before);
    expect(await rig.owners.markRead({ roomId, userId: ann, seq: 2, force: false }, partition)).toMatchObject({ head: 2, readSeq: 2 });
  });

  it('tells the checksum of the log, which is the same wherever the shard is, and who has moved it', async () => {
    const [roomId] = (await roomsOf(1)) as [RoomId];
    await rig.send(post(roomId, ann, 'one'));
    const logs = [];
    for (const target of ['b', 'a']) {
      await rig.moves.plan(partition, target);
      rig.runner(rig.database).look();
      await phaseToBe('done');
      const [move] = await rig.moves.list();
      expect(move?.runner).toMatch(/^[0-9a-f-]{36}$/);
      logs.push(move?.log);
    }
    expect(logs).toEqual([{ events: 3, checksum: expect.stringMatching(/^[0-9a-f]+$/) }, logs[0]]);
    const rows = new ShardRows(rig.database.named('a'));
    const inOnePage = await rows.logUpTo(partition, 3);
    expect(inOnePage.count).toBe(3);
    expect(await rows.logUpTo(partition, 3, 2)).toEqual(inOnePage);
    await rig.send(post(roomId, ann, 'two'));
    await rig.moves.plan(partition, 'b');
    rig.runner(rig.database).look();
    await phaseToBe('done');
    expect((await rig.moves.list())[0]?.log).toMatchObject({ events: 4 });
    expect((await rig.moves.list())[0]?.log?.checksum).not.toBe(logs[0]?.checksum);
  });

  it('removes nothing from the source while the log that has moved is another, and goes on when it is the same', async () => {
    const [roomId] = (await roomsOf(1)) as [RoomId];
    await rig.send(post(roomId, ann, 'one'));
    await rig.moves.plan(partition, 'b');
    const sleeper = await standingStillAt('clean');
    sleeper.runner.look();
    await sleeper.reached;
    const source = await rig.rowsIn('a', [roomId]);
    const target = rig.database.named('b');
    await target.query('UPDATE room_events SET seq = 7 WHERE room_id = $1 AND seq = 3', [roomId]);
    sleeper.wake();
    await eventually(async () =>
      expect((await rig.moves.list())[0]).toMatchObject({ phase: 'switched', error: expect.stringContaining('is not the one that was left') }),
    );
    expect(await rig.rowsIn('a', [roomId])).toEqual(source);
    await target.query('UPDATE room_events SET seq = 3 WHERE room_id = $1 AND seq = 7', [roomId]);
    await phaseToBe('done');
    expect((await rig.rowsIn('a', [roomId]))['room_events']).toEqual([]);
  });

  it('lets nothing of an earlier runner through once another has taken over, at either end', async () => {
    const [roomId] = (await roomsOf(1)) as [RoomId];
    const table = MOVED_TABLES.find(({ name }) => name === 'rooms')!;
    const ends = (token: string) => ({
      source: new ShardSource(rig.database.named('a'), partition, token),
      target: new ShardTarget(rig.database.named('b'), partition, token),
    });
    const [early, late] = [ends(newId()), ends(newId())];
    await early.target.prepare();
    await early.source.startNoting();
    const row = (await rig.rowsIn('a', [roomId]))['rooms']!;
    await late.source.adopt();
    await late.target.adopt();
    for (const write of [
      () => early.target.add(table, row),
      () => early.target.removeRows(),
      () => early.source.close(),
      () => early.source.stopNoting(),
      () => early.source.removeRest(),
    ]) {
      await expect(write()).rejects.toThrow(MoveLostError);
    }
    await late.source.close();
    await early.source.activate();
    await early.target.activate();
    expect([await stateIn('a'), await stateIn('b')]).toEqual(['moved', 'moved']);
    await late.target.activate();
    await expect(late.target.add(table, row)).rejects.toThrow(MoveLostError);
    await expect(late.target.removeRows()).rejects.toThrow(MoveLostError);
    expect(await stateIn('b')).toBe('active');
  });
});
