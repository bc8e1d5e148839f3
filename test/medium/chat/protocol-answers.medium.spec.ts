import { type RoomEvent } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { NotTheOwnerError } from '@agent-chat/query-bus';
import { deferred, eventually, FakeClock } from '@agent-chat/testing';
import { eventsOf } from './stored-rooms';
import { create, openRig, post, roomIn, seqOf, type Call, type Rig } from './write-rig';

const alice = newId<UserId>();
const bob = newId<UserId>();
const carol = newId<UserId>();

describe('what an owner tells', () => {
  let test: TestDatabase;
  let rig: Rig;
  const clock = new FakeClock();
  beforeAll(async () => {
    test = await createTestDatabase('answers');
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    rig = await openRig(test, { clock });
  });
  afterEach(() => rig.stop());

  const made = async (partition: number, kind: 'public' | 'private' = 'private'): Promise<RoomId> => {
    const call = create(roomIn(partition), alice, [bob]);
    expect(await rig.send({ ...call, data: { ...call.data, kind } })).toMatchObject({ ok: true });
    return call.roomId;
  };
  const outcome = async (partition: number, { roomId, actorId }: Call, sent: { requestId: string; key: string; offset?: number }) => {
    const { outcomes } = await rig.owners.outcomes({ partition, calls: [{ roomId, actorId, ...sent }] });
    return outcomes[0];
  };

  it('tells the answer of a stored call and of a refusal to whoever lost it (P22, P10)', async () => {
    const roomId = await made(1);
    const [stored, refused] = [post(roomId, alice, 'stored'), post(roomId, carol, 'refused')];
    const places = [await rig.append(stored), await rig.append(refused)];
    const answers = await Promise.all(places.map(({ requestId }) => rig.answerTo(requestId)));

    expect(await outcome(1, stored, places[0]!)).toEqual({ requestId: places[0]!.requestId, status: 'answered', answer: answers[0] });
    expect(await outcome(1, refused, places[1]!)).toEqual({ requestId: places[1]!.requestId, status: 'answered', answer: answers[1] });
  });

  it('keeps a refusal however many calls are answered meanwhile, for 60 s (P10)', async () => {
    const roomId = await made(2);
    const refused = post(roomId, carol, 'refused');
    const place = await rig.append(refused);
    await rig.answerTo(place.requestId);
    const busy = [];
    for (let i = 0; i < 6_000; i++) busy.push(await rig.append(post(roomId, alice, `busy ${i}`)));
    await rig.answerTo(busy.at(-1)!.requestId, 20_000);
    clock.advance(59_000);
    await rig.send(post(roomId, carol, 'another refusal'));
    expect(await outcome(2, refused, place)).toMatchObject({ status: 'answered' });
    clock.advance(2_000);
    await rig.send(post(roomId, carol, 'another refusal'));

    expect(await outcome(2, refused, place)).toMatchObject({ status: 'gone' });
  });

  it('says gone of a refusal that no memory holds, and only once it is past its offset (P22)', async () => {
    const roomId = await made(3);
    const refused = post(roomId, carol, 'refused');
    const place = await rig.append(refused);
    await rig.answerTo(place.requestId);
    const asked = { key: place.key, requestId: newId(), offset: place.offset };

    expect(await outcome(3, refused, asked)).toMatchObject({ status: 'gone' });
    expect(await outcome(3, refused, { ...asked, offset: place.offset + 1 })).toMatchObject({ status: 'pending' });
    expect(await outcome(3, refused, { key: asked.key, requestId: asked.requestId })).toMatchObject({ status: 'pending' });
  });

  it('does not take another call of the same key for the answer (P22, P2)', async () => {
    const roomId = await made(4);
    const stored = post(roomId, alice, 'stored');
    const place = await rig.append(stored);
    await rig.answerTo(place.requestId);

    expect(await outcome(4, stored, { key: place.key, requestId: newId(), offset: place.offset + 5 })).toMatchObject({ status: 'pending' });
  });

  it('says that it is not the owner while it takes a partition over, and when it does not own it (P22)', async () => {
    const roomId = await made(5);
    const call = post(roomId, carol, 'refused');
    const place = await rig.append(call);
    await rig.answerTo(place.requestId);
    rig.database.isDown = true;
    await rig.append(post(roomId, alice, 'into the outage'));
    await eventually(() => expect(rig.owner.owned(5)).toBeUndefined());
    await expect(outcome(5, call, place)).rejects.toBeInstanceOf(NotTheOwnerError);
    rig.database.isDown = false;
    await eventually(async () => expect(await outcome(5, call, place)).toMatchObject({ status: 'answered' }));
    await rig.owner.stop();

    await expect(outcome(5, call, place)).rejects.toBeInstanceOf(NotTheOwnerError);
  });

  it('ends a group of events after each one that changes who may read (P25)', async () => {
    const roomId = await made(6, 'public');
    rig.owners.registerInterest({ gatewayId: rig.gatewayId, partition: 6, roomIds: [roomId] });
    const calls: Call[] = [
      post(roomId, alice, 'one'),
      { type: 'room.leave', roomId, actorId: bob, data: {} },
      post(roomId, alice, 'two'),
      { type: 'member.ban', roomId, actorId: alice, data: { userId: carol } },
      { type: 'room.update', roomId, actorId: alice, data: { kind: 'private' } },
      post(roomId, alice, 'three'),
    ];
    const places = await Promise.all(calls.map((call) => rig.append(call)));
    await Promise.all(places.map(({ requestId }) => rig.answerTo(requestId)));
    await eventually(() => expect(rig.groups.flatMap(({ events }) => events)).toHaveLength(6));

    const types = rig.groups.map(({ events }) => events.map((event) => (JSON.parse(event) as RoomEvent).type));
    for (const group of types) expect(group.slice(0, -1).filter((type) => type !== 'message.posted')).toEqual([]);
    expect(rig.groups.flatMap(({ access }) => access ?? [])).toEqual([
      { type: 'member.left', userId: bob },
      { type: 'member.banned', userId: carol },
      { type: 'room.updated' },
    ]);
    expect(rig.groups.map(({ fromSeq }) => fromSeq)).toEqual([...rig.groups.map(({ fromSeq }) => fromSeq)].sort((one, other) => one - other));
  });

  it('blanks every event that carried the text of a deleted message, after edits and restores too (P35)', async () => {
    const roomId = await made(7);
    const call = post(roomId, alice, 'secret 1');
    const messageId: MessageId = call.data.messageId;
    const about = { roomId, actorId: alice };
    await rig.send(call);
    await rig.send({ ...about, type: 'message.edit', data: { messageId, text: 'secret 2' } });
    await rig.send({ ...about, type: 'message.delete', data: { messageId } });
    await rig.send({ ...about, type: 'message.restore', data: { messageId } });
    expect(JSON.stringify((await eventsOf(test, roomId)).at(-1))).toContain('secret 2');
    // All in one batch, so that deletion and what it blanks arrive together.
    const rest: Call[] = [
      { ...about, type: 'message.edit', data: { messageId, text: 'secret 3' } },
      { ...about, type: 'message.delete', data: { messageId } },
      post(roomId, alice, 'kept'),
    ];
    const places = await Promise.all(rest.map((one) => rig.append(one)));
    await Promise.all(places.map(({ requestId }) => rig.answerTo(requestId)));

    const events = await eventsOf(test, roomId);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(JSON.stringify(events)).toContain('kept');
    expect(events.filter(({ payload }) => payload.redacted).map(({ type }) => type)).toEqual([
      'message.posted',
      'message.edited',
      'message.restored',
      'message.edited',
    ]);
  });

  it('refuses the 51st different reaction and nothing less, and counts people exactly', async () => {
    const roomId = await made(8);
    const call = post(roomId, alice, 'popular');
    await rig.send(call);
    const react = (actorId: UserId, emoji: string, type: 'reaction.add' | 'reaction.remove' = 'reaction.add') =>
      rig.send({ type, roomId, actorId, data: { messageId: call.data.messageId, emoji } });
    const answers = await Promise.all(Array.from({ length: 51 }, (_, i) => react(alice, `:e${i}:`)));
    expect(answers.map(({ ok }) => ok)).toEqual([...Array.from({ length: 50 }, () => true), false]);
    expect(await react(bob, ':e0:')).toMatchObject({ ok: true });
    await react(alice, ':e1:', 'reaction.remove');
    // The partition reads the message anew.
    rig.database.commitFaults.push('unreached');

    expect(seqOf(await react(bob, ':new:'))).toBe(4 + 50 + 3);
    expect(seqOf(await react(bob, ':newer:'))).toBe('LIMIT_REACHED');
    const counts = (await eventsOf(test, roomId)).filter(({ payload }) => payload.emoji === ':e0:').map(({ payload }) => payload.count);
    expect(counts).toEqual([1, 2]);
  });

  describe('read marks', () => {
    const mark = (roomId: RoomId, partition: number, seq: number, force = false) => rig.owners.markRead({ roomId, userId: bob, seq, force }, partition);

    /** Lets marks wait, in this order, behind a post that is being committed; what the last one is told. */
    const inOneBatch = async (roomId: RoomId, partition: number, marks: (() => ReturnType<typeof mark>)[]) => {
      const [leaving, mayGo] = [deferred(), deferred()];
      rig.database.beforeCommit = () => {
        leaving.resolve();
        return mayGo.promise;
      };
      await rig.append(post(roomId, alice, 'in flight'));
      await leaving.promise;
      const asked = [];
      for (const one of marks) {
        asked.push(one());
        await eventually(() => expect(rig.owner.owned(partition)?.waiting).toBe(asked.length));
      }
      mayGo.resolve();
      return (await Promise.all(asked)).at(-1);
    };

    it('lets the greater of two win, but for a forced one, which drops what waited (P33)', async () => {
      const roomId = await made(9);
      for (const text of ['a', 'b', 'c']) await rig.send(post(roomId, alice, text));

      expect(await mark(roomId, 9, 5)).toMatchObject({ readSeq: 5, unreadCount: 1 });
      expect(await mark(roomId, 9, 4)).toMatchObject({ readSeq: 5, unreadCount: 1 });
      expect(await inOneBatch(roomId, 9, [() => mark(roomId, 9, 6), () => mark(roomId, 9, 4, true)])).toMatchObject({ readSeq: 4, unreadCount: 3 });
      await mark(roomId, 9, 6);
      expect(await inOneBatch(roomId, 9, [() => mark(roomId, 9, 3, true), () => mark(roomId, 9, 5)])).toMatchObject({ readSeq: 5, unreadCount: 3 });
      expect(await mark(roomId, 9, 1_000)).toMatchObject({ readSeq: 8, unreadCount: 0 });
    });

    it('takes two forced marks of one person in one batch (P33)', async () => {
      const roomId = await made(10);
      await rig.send(post(roomId, alice, 'a'));

      const badges = await inOneBatch(roomId, 10, [() => mark(roomId, 10, 3, true), () => mark(roomId, 10, 2, true)]);

      expect(badges).toMatchObject({ readSeq: 2, unreadCount: 2 });
    });

    it('moves the mark of who posts to the head, past a forced one of the same batch (P33)', async () => {
      const roomId = await made(11);
      await rig.send(post(roomId, alice, 'a'));
      const [leaving, mayGo] = [deferred(), deferred()];
      rig.database.beforeCommit = () => {
        leaving.resolve();
        return mayGo.promise;
      };
      await rig.append(post(roomId, alice, 'b'));
      await leaving.promise;
      // Both wait for the next batch, the mark first.
      const marked = mark(roomId, 11, 1, true);
      await eventually(() => expect(rig.owner.owned(11)?.waiting).toBe(1));
      await rig.append(post(roomId, bob, 'c'));
      await eventually(() => expect(rig.owner.owned(11)?.waiting).toBe(2));
      mayGo.resolve();

      expect(await marked).toMatchObject({ head: 6, readSeq: 6, unreadCount: 0 });
    });

    it('counts mentions after the mark, of the person and of everyone, until they are deleted (P33)', async () => {
      const roomId = await made(12);
      const calls = [post(roomId, alice, `<@${bob}>`), post(roomId, alice, '<@room>'), post(roomId, alice, `<@${carol}>`)];
      for (const call of calls) await rig.send(call);
      expect(await mark(roomId, 12, 0)).toMatchObject({ unreadCount: 3, mentionCount: 2 });
      await rig.send({ type: 'message.delete', roomId, actorId: alice, data: { messageId: calls[1]!.data.messageId } });

      expect(await mark(roomId, 12, 0)).toMatchObject({ unreadCount: 3, mentionCount: 1 });
    });

    it('refuses the mark of a stranger', async () => {
      const roomId = await made(13);

      await expect(rig.owners.markRead({ roomId, userId: carol, seq: 1, force: false }, 13)).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
    });

    it('does not leave a mark behind in a partition that goes while the room is looked at (P33, P9)', async () => {
      const roomId = await made(14);
      rig.database.beforeRead = async (sql) => {
        if (sql.includes('read_watermarks')) await rig.owner.stop();
      };

      await expect(mark(roomId, 14, 3)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
});
