import { type TestDatabase } from '@agent-chat/database/testing';
import { newId, type GatewayId, type MessageId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { alice, bob, create, post, roomIn, seqOf } from './calls';
import { progressOf, seqsOf, textsOf } from './stored-rooms';
import { rigEachTest, type Rig } from './write-rig';

describe('committing under faults', () => {
  let test: TestDatabase;
  let rig: Rig;
  rigEachTest('committing', (opened, on) => {
    [rig, test] = [opened, on];
  });

  it('leaves out only the partition whose fence was raised, and commits the others at once (P6)', async () => {
    const [fenced, free] = [await rig.newRoom(1), await rig.newRoom(2)];
    await test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1 WHERE partition = 1');
    const fenceOfFree = (await progressOf(test, 2)).fence;

    const [inFenced, inFree] = await Promise.all([rig.send(post(fenced, alice, 'one')), rig.send(post(free, alice, 'two'))]);

    expect([seqOf(inFenced), seqOf(inFree)]).toEqual([4, 4]);
    expect((await progressOf(test, 2)).fence).toBe(fenceOfFree);
  });

  it('refuses a batch that does not follow the stored offset, whatever its fence (P6)', async () => {
    const roomId = await rig.newRoom(3);
    // Somebody moved the offset under the same fence: what this owner holds in memory is not what is stored.
    const { command_offset: offset, fence } = await progressOf(test, 3);
    await test.database.shard(0).query('UPDATE partition_progress SET command_offset = command_offset - 1, command_request_id = NULL WHERE partition = 3');

    const answer = await rig.send(post(roomId, alice, 'behind'));

    expect(seqOf(answer)).toBe(4);
    expect((await progressOf(test, 3)).command_offset).toBe(offset + 1);
    expect((await progressOf(test, 3)).fence).toBeGreaterThan(fence);
  });

  it('commits nothing into a partition that is being moved, and goes on when it may again (P6, P30)', async () => {
    const roomId = await rig.newRoom(19);
    await test.database.shard(0).query(`UPDATE partition_progress SET state = 'moved' WHERE partition = 19`);
    const call = await rig.append(post(roomId, alice, 'during the move'));
    await eventually(() => expect(rig.shards.reloads).toBeGreaterThan(1));
    expect(rig.answers.has(call.requestId)).toBe(false);
    expect(await textsOf(test, roomId)).toEqual([]);
    await test.database.shard(0).query(`UPDATE partition_progress SET state = 'active' WHERE partition = 19`);

    expect(seqOf(await rig.answerTo(call.requestId))).toBe(4);
  });

  it.each(['unreached', 'unanswered'] as const)('takes the partition again after a commit that was %s, and stores every call once (P7)', async (fault) => {
    const roomId = await rig.newRoom(4);
    const before = (await progressOf(test, 4)).fence;
    rig.database.commitFaults.push(fault);

    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => rig.send(post(roomId, alice, `${fault} ${i}`))));

    expect((await progressOf(test, 4)).fence).toBeGreaterThan(before);
    expect(answers.map(seqOf).sort((one, other) => Number(one) - Number(other))).toEqual(Array.from({ length: 20 }, (_, i) => 4 + i));
    expect(answers.every((answer) => answer.ok && !answer.result.duplicate)).toBe(true);
    expect(await seqsOf(test, roomId)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
    expect(await textsOf(test, roomId)).toEqual(Array.from({ length: 20 }, (_, i) => `${fault} ${i}`));
  });

  it('keeps the order of calls that arrive while a commit fails (P7)', async () => {
    const roomId = await rig.newRoom(5);
    rig.database.commitFaults.push('unreached', 'unanswered', 'unreached');
    const { leaving, letGo } = rig.database.holdCommits();
    const texts = Array.from({ length: 30 }, (_, i) => `in order ${i}`);
    const early = await Promise.all(texts.slice(0, 10).map((text) => rig.append(post(roomId, bob, text))));
    await leaving;
    const late = await Promise.all(texts.slice(10).map((text) => rig.append(post(roomId, bob, text))));
    letGo();

    await Promise.all([...early, ...late].map(({ requestId }) => rig.answerTo(requestId)));

    expect(await textsOf(test, roomId)).toEqual(texts);
  });

  it('says nothing of a commit before it is stored, not even a refusal or a no-op (P8)', async () => {
    const roomId = await rig.newRoom(6);
    const { leaving, letGo } = rig.database.holdCommits();
    rig.heard.length = 0;
    const calls = await Promise.all([
      rig.append(post(roomId, newId<UserId>(), 'a stranger')),
      rig.append({ type: 'room.join', roomId, actorId: alice, data: {} }),
      rig.append(post(roomId, alice, 'a message')),
    ]);
    await leaving;
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.heard).toEqual([]);
    expect(rig.groups.flatMap(({ events }) => events)).toEqual([]);
    letGo();

    const answers = await Promise.all(calls.map(({ requestId }) => rig.answerTo(requestId)));

    expect(answers.map(seqOf)).toEqual(['ROOM_NOT_FOUND', 3, 4]);
  });

  it('commits the offset of the group only after what is below it is stored (P29)', async () => {
    const roomId = await rig.newRoom(23);
    const { leaving, letGo } = rig.database.holdCommits();
    const call = await rig.append(post(roomId, alice, 'a message'));
    const next = `23: ${call.offset + 1}`;
    await leaving;
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.log.groupCommits).not.toContain(next);
    letGo();
    await rig.answerTo(call.requestId);

    await eventually(() => expect(rig.log.groupCommits).toContain(next));
  });

  it('stores a key for an effect and for a no-op, and none for a refusal (P10)', async () => {
    const roomId = await rig.newRoom(7);
    await rig.send({ type: 'room.join', roomId, actorId: alice, data: {}, key: 'no-op' });
    await rig.send({ ...post(roomId, alice, 'effect'), key: 'effect' });
    await rig.send({ ...post(roomId, newId<UserId>(), 'refused'), key: 'refused' });

    const rows = await test.database
      .shard(0)
      .query(`SELECT key, changed, seq FROM message_keys WHERE room_id = $1 AND key IN ('no-op', 'effect', 'refused') ORDER BY key`, [roomId]);

    expect(rows).toEqual([
      { key: 'effect', changed: true, seq: 4 },
      { key: 'no-op', changed: false, seq: 3 },
    ]);
  });

  it('makes one message of a key sent a hundred times at once, and no hole (P1, P11)', async () => {
    const roomId = await rig.newRoom(8);
    const answers = await Promise.all(Array.from({ length: 100 }, () => rig.send({ ...post(roomId, alice, 'once'), key: 'same' })));
    await rig.send(post(roomId, alice, 'next'));

    expect(new Set(answers.map(seqOf))).toEqual(new Set([4]));
    expect(answers.filter((answer) => answer.ok && !answer.result.duplicate)).toHaveLength(1);
    expect(await seqsOf(test, roomId)).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes one key of two people, and in two rooms, for two calls (P1)', async () => {
    const [roomId, other] = [await rig.newRoom(20), await rig.newRoom(20)];
    const answers = await Promise.all([
      rig.send(post(roomId, alice, 'hers', 'same')),
      rig.send(post(roomId, bob, 'his', 'same')),
      rig.send(post(other, alice, 'elsewhere', 'same')),
    ]);

    expect(answers.every((answer) => answer.ok && !answer.result.duplicate)).toBe(true);
    expect(await textsOf(test, roomId)).toEqual(['hers', 'his']);
    expect(await textsOf(test, other)).toEqual(['elsewhere']);
  });

  describe('a key that is not in memory', () => {
    /** Longer than keys are read beforehand after one was found stored. */
    const LATER_MS = 11_000;
    const { now } = performance;
    let aheadMs = 0;

    beforeAll(() => jest.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + aheadMs));
    afterAll(() => jest.restoreAllMocks());

    function forget(partition: number): void {
      rig.owner.owned(partition)?.forget();
      aheadMs += LATER_MS;
    }

    it('finds a key that it no longer holds in memory before it gives a seq (P11)', async () => {
      const roomId = await rig.newRoom(9);
      const first = await rig.send({ ...post(roomId, alice, 'once'), key: 'far-away' });
      forget(9);

      const again = await rig.send({ ...post(roomId, alice, 'once'), key: 'far-away' });

      expect(again).toMatchObject({ ok: true, result: { duplicate: true, seq: seqOf(first) } });
      expect(await seqsOf(test, roomId)).toHaveLength(4);
    });

    it('finds such keys among others of one batch, makes no hole for them, and loses none of the others (P6, P11)', async () => {
      const roomId = await rig.newRoom(10);
      const firsts = await Promise.all(['a', 'b', 'c'].map((key) => rig.send({ ...post(roomId, alice, key), key })));
      forget(10);

      const calls = ['b', 'd', 'a', 'e', 'c', 'f'].map((key) => rig.send({ ...post(roomId, alice, key), key }));
      const answers = await Promise.all(calls);

      expect(
        answers
          .filter((answer) => answer.ok && answer.result.duplicate)
          .map(seqOf)
          .sort(),
      ).toEqual(firsts.map(seqOf).sort());
      expect(await seqsOf(test, roomId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect((await textsOf(test, roomId)).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('finds one that a gateway sends again with the same id of the message (P3, P11)', async () => {
      const roomId = await rig.newRoom(12);
      const call = { ...post(roomId, alice, 'once'), key: 'with-its-id' };
      const first = await rig.send(call);
      forget(12);

      expect(await rig.send(call)).toMatchObject({ ok: true, result: { duplicate: true, seq: seqOf(first) } });
    });

    it('answers what is stored under a key although the call would be refused by now (P11, P12)', async () => {
      const roomId = await rig.newRoom(11);
      const call = { ...post(roomId, bob, 'before'), key: 'before-leaving' };
      const first = await rig.send(call);
      await rig.send({ type: 'room.leave', roomId, actorId: bob, data: {} });
      forget(11);

      expect(await rig.send(call)).toMatchObject({ ok: true, result: { duplicate: true, seq: seqOf(first) } });
      expect(await rig.send({ ...call, key: 'after-leaving' })).toMatchObject({ ok: false, error: { code: 'ROOM_NOT_FOUND' } });
      expect(await rig.send({ ...post(roomId, bob, 'other words'), key: 'before-leaving' })).toMatchObject({
        ok: false,
        error: { code: 'IDEMPOTENCY_CONFLICT' },
      });
    });
  });

  it('takes a partition again for as long as the database is away (P7, P9)', async () => {
    const roomId = await rig.newRoom(21);
    rig.database.isDown = true;
    const call = await rig.append(post(roomId, alice, 'after the outage'));
    // The commit, and several raises.
    await eventually(() => expect(rig.database.refused).toBeGreaterThan(3));
    rig.database.isDown = false;

    expect(seqOf(await rig.answerTo(call.requestId))).toBe(4);
  });

  it('makes one room of a keyed creation sent a hundred times at once (P3)', async () => {
    const roomId = roomIn(15);
    const answers = await Promise.all(Array.from({ length: 100 }, () => rig.send({ ...create(roomId, alice, [bob]), key: 'made' })));

    expect(new Set(answers.map(seqOf))).toEqual(new Set([3]));
    expect(await seqsOf(test, roomId)).toEqual([1, 2, 3]);
  });

  it('makes one direct room when both people make it at the same time (P3)', async () => {
    const roomId = roomIn(16);
    const direct = (actorId: UserId, other: UserId) =>
      rig.send({ type: 'room.create', roomId, actorId, data: { kind: 'direct', name: '', topic: '', memberIds: [other] } });
    const answers = await Promise.all([direct(alice, bob), direct(bob, alice)]);

    expect(answers.map((answer) => answer.ok && answer.result.changed)).toEqual([true, false]);
    expect(await seqsOf(test, roomId)).toEqual([1, 2, 3]);
    const members = await test.database.shard(0).query('SELECT role FROM members WHERE room_id = $1', [roomId]);
    expect(members).toEqual([{ role: 'member' }, { role: 'member' }]);
  });

  it('refuses a second message under the id of another one of the same batch (P3)', async () => {
    const roomId = await rig.newRoom(17);
    const first = post(roomId, alice, 'first');
    const calls = [first, { ...post(roomId, alice, 'second'), data: { messageId: first.data.messageId, text: 'second' } }];
    const places = await Promise.all(calls.map((call) => rig.append(call)));

    const answers = await Promise.all(places.map(({ requestId }) => rig.answerTo(requestId)));

    expect(answers.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await seqsOf(test, roomId)).toEqual([1, 2, 3, 4]);
  });

  it('addresses each answer to the gateway that asked, and only with the requestId of its call (P2)', async () => {
    const roomId = await rig.newRoom(18);
    const others: string[] = [];
    await rig.backplane.listen(newId<GatewayId>(), (channel, message) => {
      if (channel === 'answers') others.push(message);
    });
    const call = post(roomId, alice, 'mine', 'two-calls');
    const [one, two] = [await rig.append(call), await rig.append({ ...call, data: { ...call.data, messageId: newId<MessageId>() } })];

    const answers = await Promise.all([rig.answerTo(one.requestId), rig.answerTo(two.requestId)]);

    expect(answers.map((answer) => answer.ok && answer.result.duplicate)).toEqual([false, true]);
    expect(others).toEqual([]);
  });
});
