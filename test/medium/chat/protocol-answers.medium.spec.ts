import { type RoomEvent } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { newId, type MessageId, type UserId } from '@agent-chat/kernel';
import { NotTheOwnerError } from '@agent-chat/query-bus';
import { deferred, eventually, FakeClock } from '@agent-chat/testing';
import { alice, bob, carol, post, seqOf, type Call } from './calls';
import { eventsOf, progressOf } from './stored-rooms';
import { rigEachTest, type Rig } from './write-rig';

describe('what an owner tells', () => {
  let test: TestDatabase;
  let rig: Rig;
  const clock = new FakeClock();
  rigEachTest(
    'answers',
    (opened, on) => {
      [rig, test] = [opened, on];
    },
    { clock },
  );

  const outcome = async (partition: number, { roomId, actorId }: Call, sent: { requestId: string; key: string; offset?: number }) => {
    const { outcomes } = await rig.owners.outcomes({ partition, calls: [{ roomId, actorId, ...sent }] });
    return outcomes[0];
  };

  it('tells the answer of a stored call and of a refusal to whoever lost it (P22, P10)', async () => {
    const roomId = await rig.newRoom(1);
    const [stored, refused] = [post(roomId, alice, 'stored'), post(roomId, carol, 'refused')];
    const places = [await rig.append(stored), await rig.append(refused)];
    const answers = await Promise.all(places.map(({ requestId }) => rig.answerTo(requestId)));

    expect(await outcome(1, stored, places[0]!)).toEqual({ requestId: places[0]!.requestId, status: 'answered', answer: answers[0] });
    expect(await outcome(1, refused, places[1]!)).toEqual({ requestId: places[1]!.requestId, status: 'answered', answer: answers[1] });
  });

  it('keeps a refusal however many calls are answered meanwhile, for 60 s (P10)', async () => {
    const roomId = await rig.newRoom(2);
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
    const roomId = await rig.newRoom(3);
    const refused = post(roomId, carol, 'refused');
    const place = await rig.append(refused);
    await rig.answerTo(place.requestId);
    const asked = { key: place.key, requestId: newId(), offset: place.offset };

    expect(await outcome(3, refused, asked)).toMatchObject({ status: 'gone' });
    expect(await outcome(3, refused, { ...asked, offset: place.offset + 1 })).toMatchObject({ status: 'pending' });
    expect(await outcome(3, refused, { key: asked.key, requestId: asked.requestId })).toMatchObject({ status: 'pending' });
  });

  it('says pending of a call whose commit is under way, however it ends while the keys are read (P22)', async () => {
    const roomId = await rig.newRoom(20);
    const { leaving, letGo } = rig.database.holdCommits();
    const [read, mayAnswer] = [deferred(), deferred()];
    const call = post(roomId, alice, 'under way');
    const place = await rig.append(call);
    await leaving;
    expect(await outcome(20, call, place)).toMatchObject({ status: 'pending' });
    rig.database.afterRead = (sql) => {
      if (!sql.includes('message_keys')) return Promise.resolve();
      read.resolve();
      return mayAnswer.promise;
    };
    const asked = outcome(20, call, place);
    await read.promise;
    letGo();
    await rig.answerTo(place.requestId);
    mayAnswer.resolve();

    expect(await asked).toMatchObject({ status: 'pending' });
    expect(await outcome(20, call, place)).toMatchObject({ status: 'answered' });
  });

  it('says pending when the partition was taken again while the keys were read (P22)', async () => {
    const roomId = await rig.newRoom(21);
    const refused = post(roomId, carol, 'refused');
    const place = await rig.append(refused);
    await rig.answerTo(place.requestId);
    rig.database.afterRead = async (sql) => {
      if (!sql.includes('message_keys')) return;
      rig.database.afterRead = () => Promise.resolve();
      const before = rig.owner.owned(21)?.fence ?? 0;
      await test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1 WHERE partition = 21');
      await rig.send(post(roomId, alice, 'behind the raise'));
      expect(rig.owner.owned(21)?.fence).toBeGreaterThan(before);
    };

    expect(await outcome(21, refused, place)).toMatchObject({ status: 'pending' });
    expect(await outcome(21, refused, place)).toMatchObject({ status: 'answered' });
  });

  it('sends events of a room to the gateways that need it, until they do no more (P23)', async () => {
    const roomId = await rig.newRoom(22);
    const interest = { gatewayId: rig.gatewayId, partition: 22, roomIds: [roomId] };
    expect(rig.owners.registerInterest(interest)).toEqual({ fence: (await progressOf(test, 22)).fence });
    await rig.send(post(roomId, alice, 'needed'));
    await eventually(() => expect(rig.groups.map(({ fromSeq }) => fromSeq)).toEqual([4]));
    rig.owners.dropInterest(interest);
    await rig.send(post(roomId, alice, 'not needed'));
    rig.owners.registerInterest(interest);
    await rig.send(post(roomId, alice, 'needed again'));

    await eventually(() => expect(rig.groups.map(({ fromSeq }) => fromSeq)).toEqual([4, 6]));
  });

  it('does not take another call of the same key for the answer (P22, P2)', async () => {
    const roomId = await rig.newRoom(4);
    const stored = post(roomId, alice, 'stored');
    const place = await rig.append(stored);
    await rig.answerTo(place.requestId);

    expect(await outcome(4, stored, { key: place.key, requestId: newId(), offset: place.offset + 5 })).toMatchObject({ status: 'pending' });
  });

  it('says that it is not the owner while it takes a partition over, and when it does not own it (P22)', async () => {
    const roomId = await rig.newRoom(5);
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
    const roomId = await rig.newRoom(6, [bob], 'public');
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
    const roomId = await rig.newRoom(7);
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
    const roomId = await rig.newRoom(8);
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
});
