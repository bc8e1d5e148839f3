import { type TestDatabase } from '@agent-chat/database/testing';
import { AppError } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { alice, bob, create, PARTITIONS, post, roomIn, seqOf } from './calls';
import { progressOf, textsOf } from './stored-rooms';
import { newLog, rigsEachTest } from './write-rig';

describe('taking partitions', () => {
  let test: TestDatabase;
  const open = rigsEachTest('taking', (fresh) => {
    test = fresh;
  });

  it('holds no lock while it asks the log, so that a process paused there stops nobody (P5)', async () => {
    const first = await open();
    const roomId = await first.newRoom(2);
    const log = newLog();
    const asked = deferred();
    const read = log.read.bind(log);
    const answer = deferred();
    log.read = async (...input) => {
      if (input[1] === 2) asked.resolve();
      await answer.promise;
      return read(...input);
    };
    await open({ log });
    await asked.promise;

    expect(seqOf(await first.send(post(roomId, alice, 'meanwhile')))).toBe(4);
    answer.resolve();
  });

  it('asks its group before it takes a partition again that another has raised, and gives it up (P9)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(3);
    await test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1 WHERE partition = 3');
    rig.log.takenAway.add(3);
    const { fence } = await progressOf(test, 3);

    const marked = rig.owners.markRead({ roomId, userId: bob, seq: 1, force: false }, 3);

    await expect(marked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(rig.owner.owned(3)).toBeUndefined();
    expect((await progressOf(test, 3)).fence).toBe(fence);
  });

  it('gives a partition up that its group gave to another, and lets the senders of its marks ask again (P9, P33)', async () => {
    const log = newLog();
    const first = await open({ log });
    const rooms = Array.from({ length: PARTITIONS }, (_, partition) => roomIn(partition));
    await Promise.all(rooms.map((roomId) => first.send(create(roomId, alice, [bob]))));
    const [first64, resume] = [deferred(), deferred()];
    let commits = 0;
    first.database.beforeCommit = () => (++commits === 1 ? first64.promise : resume.promise);
    const waiting = () => rooms.reduce((sum, _room, partition) => sum + (first.owner.owned(partition)?.waiting ?? 0), 0);
    const markAll = () =>
      rooms.map((roomId, partition) =>
        first.owners.markRead({ roomId, userId: bob, seq: 3, force: false }, partition).then(
          () => 'stored',
          (error: unknown) => AppError.from(error).code,
        ),
      );
    await first.append(post(rooms[0]!, alice, 'in flight'));
    await eventually(() => expect(commits).toBe(1));
    // One mark of each partition is in flight when the group changes, another one waits.
    const marks = markAll();
    await eventually(() => expect(waiting()).toBe(PARTITIONS));
    first64.resolve();
    await eventually(() => expect(commits).toBe(2));
    marks.push(...markAll());
    await eventually(() => expect(waiting()).toBe(PARTITIONS));
    const second = await open({ log });
    await eventually(() => expect(second.owner.owned(0) ?? second.owner.owned(PARTITIONS - 1)).toBeDefined(), { timeoutMs: 10_000 });
    first.database.commitFaults.push('unreached', 'unreached', 'unreached');
    resume.resolve();

    const outcomes = await Promise.all(marks);

    expect(outcomes.filter((outcome) => outcome === 'UNAVAILABLE')).toHaveLength(PARTITIONS);
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      expect([first, second].filter((rig) => rig.owner.owned(partition) !== undefined)).toHaveLength(1);
    }
  });

  it('writes a mark that waited through an unknown outcome (P7, P33)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(3);
    await rig.send(post(roomId, alice, 'unread'));
    rig.database.commitFaults.push('unreached', 'unreached');

    const badges = await rig.owners.markRead({ roomId, userId: bob, seq: 4, force: false }, 3);

    expect(badges).toMatchObject({ head: 4, readSeq: 4, unreadCount: 0 });
  });

  it('opens its partitions and commits although no gateway can be asked (P23)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(4, []);
    const other = await open({ log: newLog() });
    other.backplane.isDown = true;
    await other.taken(4);
    const { requestId } = await other.append(post(roomId, alice, 'stored, not told'));
    await eventually(async () => expect(await textsOf(test, roomId)).toEqual(['stored, not told']));
    expect(other.answers.has(requestId)).toBe(false);
  });

  it('asks each gateway for its rooms after every raise, and keeps the interest it knows (P23)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(5, []);
    const owned = await rig.taken(5);
    rig.owners.registerInterest({ gatewayId: rig.gatewayId, partition: 5, roomIds: [roomId] });
    await eventually(() => expect(rig.control).toContainEqual({ type: 'interest.reannounce', partition: 5, fence: owned.fence }));
    const before = owned.fence;
    rig.database.commitFaults.push('unreached');

    const answer = await rig.send(post(roomId, alice, 'heard'));

    expect(rig.owners.registerInterest({ gatewayId: rig.gatewayId, partition: 5, roomIds: [] })).toEqual({ fence: owned.fence });
    expect(owned.fence).toBeGreaterThan(before);
    await eventually(() => expect(rig.control).toContainEqual({ type: 'interest.reannounce', partition: 5, fence: owned.fence }));
    await eventually(() => expect(rig.groups.map(({ fromSeq }) => fromSeq)).toContain(seqOf(answer)));
  });

  it('lets the log go on when a partition is taken again with much waiting (P7)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(11, []);
    rig.database.isDown = true;
    const texts = Array.from({ length: 3_500 }, (_, i) => `waits ${i}`);
    const calls = [];
    for (const text of texts) calls.push(await rig.append(post(roomId, alice, text)));
    await eventually(() => expect(rig.owner.owned(11)).toBeUndefined());
    rig.database.isDown = false;

    await rig.answerTo(calls.at(-1)!.requestId, 15_000);

    expect(await textsOf(test, roomId)).toEqual(texts);
  });

  it('decides no command before one that the log passed over (P13)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(9);
    let passedOver = 0;
    rig.log.passesOver = ({ partition }) => partition === 9 && passedOver++ === 0;
    const first = await rig.append(post(roomId, alice, 'first'));
    await eventually(() => expect(passedOver).toBe(1));

    const second = await rig.send(post(roomId, alice, 'second'));

    expect([seqOf(await rig.answerTo(first.requestId)), seqOf(second)]).toEqual([4, 5]);
    expect(await textsOf(test, roomId)).toEqual(['first', 'second']);
  });
});
