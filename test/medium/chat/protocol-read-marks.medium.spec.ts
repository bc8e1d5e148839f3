import { type RoomId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { alice, bob, carol, post } from './calls';
import { rigEachTest, type Rig } from './write-rig';

describe('what an owner stores of reading', () => {
  let rig: Rig;
  rigEachTest('read_marks', (opened) => {
    rig = opened;
  });

  const mark = (roomId: RoomId, partition: number, seq: number, force = false) => rig.owners.markRead({ roomId, userId: bob, seq, force }, partition);

  /** Lets marks wait, in this order, behind a post that is being committed; what the last one is told. */
  const inOneBatch = async (roomId: RoomId, partition: number, marks: (() => ReturnType<typeof mark>)[]) => {
    const { leaving, letGo } = rig.database.holdCommits();
    await rig.append(post(roomId, alice, 'in flight'));
    await leaving;
    const asked = [];
    for (const one of marks) {
      asked.push(one());
      await eventually(() => expect(rig.owner.owned(partition)?.waiting).toBe(asked.length));
    }
    letGo();
    return (await Promise.all(asked)).at(-1);
  };

  it('lets the greater of two win, but for a forced one, which drops what waited (P33)', async () => {
    const roomId = await rig.newRoom(9);
    for (const text of ['a', 'b', 'c']) await rig.send(post(roomId, alice, text));

    expect(await mark(roomId, 9, 5)).toMatchObject({ readSeq: 5, unreadCount: 1 });
    expect(await mark(roomId, 9, 4)).toMatchObject({ readSeq: 5, unreadCount: 1 });
    expect(await inOneBatch(roomId, 9, [() => mark(roomId, 9, 6), () => mark(roomId, 9, 4, true)])).toMatchObject({ readSeq: 4, unreadCount: 3 });
    await mark(roomId, 9, 6);
    expect(await inOneBatch(roomId, 9, [() => mark(roomId, 9, 3, true), () => mark(roomId, 9, 5)])).toMatchObject({ readSeq: 5, unreadCount: 3 });
    expect(await mark(roomId, 9, 1_000)).toMatchObject({ readSeq: 8, unreadCount: 0 });
  });

  it('lets the greater of two of one batch win, whatever their order (P33)', async () => {
    const roomId = await rig.newRoom(15);
    for (const text of ['a', 'b', 'c']) await rig.send(post(roomId, alice, text));

    expect(await inOneBatch(roomId, 15, [() => mark(roomId, 15, 6), () => mark(roomId, 15, 5)])).toMatchObject({ readSeq: 6 });
  });

  it('takes two forced marks of one person in one batch (P33)', async () => {
    const roomId = await rig.newRoom(10);
    await rig.send(post(roomId, alice, 'a'));

    const badges = await inOneBatch(roomId, 10, [() => mark(roomId, 10, 3, true), () => mark(roomId, 10, 2, true)]);

    expect(badges).toMatchObject({ readSeq: 2, unreadCount: 2 });
  });

  it('moves the mark of who posts to the head, past a forced one of the same batch (P33)', async () => {
    const roomId = await rig.newRoom(11);
    await rig.send(post(roomId, alice, 'a'));
    const { leaving, letGo } = rig.database.holdCommits();
    await rig.append(post(roomId, alice, 'b'));
    await leaving;
    // Both wait for the next batch, the mark first.
    const marked = mark(roomId, 11, 1, true);
    await eventually(() => expect(rig.owner.owned(11)?.waiting).toBe(1));
    await rig.append(post(roomId, bob, 'c'));
    await eventually(() => expect(rig.owner.owned(11)?.waiting).toBe(2));
    letGo();

    expect(await marked).toMatchObject({ head: 6, readSeq: 6, unreadCount: 0 });
  });

  it('counts mentions after the mark, of the person and of everyone, until they are deleted (P33)', async () => {
    const roomId = await rig.newRoom(12);
    const calls = [post(roomId, alice, `<@${bob}>`), post(roomId, alice, '<@room>'), post(roomId, alice, `<@${carol}>`)];
    for (const call of calls) await rig.send(call);
    expect(await mark(roomId, 12, 0)).toMatchObject({ unreadCount: 3, mentionCount: 2 });
    expect(await mark(roomId, 12, 4)).toMatchObject({ unreadCount: 2, mentionCount: 1 });
    await rig.send({ type: 'message.delete', roomId, actorId: alice, data: { messageId: calls[1]!.data.messageId } });

    expect(await mark(roomId, 12, 0, true)).toMatchObject({ unreadCount: 3, mentionCount: 1 });
  });

  it('refuses the mark of a stranger', async () => {
    const roomId = await rig.newRoom(13);

    await expect(rig.owners.markRead({ roomId, userId: carol, seq: 1, force: false }, 13)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });

  it('does not leave a mark behind in a partition that goes while the room is looked at (P33, P9)', async () => {
    const roomId = await rig.newRoom(14);
    rig.database.beforeRead = async (sql) => {
      if (sql.includes('read_watermarks')) await rig.owner.stop();
    };

    await expect(mark(roomId, 14, 3)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
