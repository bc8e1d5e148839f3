import { COMMANDS_DEAD_LETTER_TOPIC, COMMANDS_TOPIC } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { newId, type MessageId } from '@agent-chat/kernel';
import { alice, bob, post, seqOf } from './calls';
import { eventsOf, seqsOf, textsOf } from './stored-rooms';
import { openRig, rigEachTest, type Rig } from './write-rig';

describe('the write path', () => {
  let test: TestDatabase;
  let rig: Rig;
  rigEachTest('write_path', (opened, on) => {
    [rig, test] = [opened, on];
  });

  it('numbers everything that happens in a room without a gap', async () => {
    const roomId = await rig.newRoom(1);

    const posts = await Promise.all(Array.from({ length: 50 }, (_, i) => rig.send(post(roomId, alice, `hello ${String(i)}`))));

    expect(posts.map(seqOf)).toEqual(Array.from({ length: 50 }, (_, i) => 4 + i));
    expect(await seqsOf(test, roomId)).toEqual(Array.from({ length: 53 }, (_, i) => i + 1));
  });

  it('answers a repeated key with what it caused, also after a restart with an empty log (P1, P10, P13)', async () => {
    const roomId = await rig.newRoom(2);
    const call = post(roomId, bob, 'once', 'key-1');
    const posted = await rig.send(call);
    await rig.owner.stop();
    const restarted = await openRig(test);

    const repeated = await restarted.send({ ...call, data: { ...call.data, messageId: newId<MessageId>() } });
    const conflict = await restarted.send(post(roomId, bob, 'other', 'key-1'));

    await restarted.stop();
    if (!posted.ok) throw new Error('refused');
    expect(repeated).toMatchObject({ ok: true, result: { ...posted.result, duplicate: true } });
    expect(seqOf(conflict)).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('puts away a command that Postgres refuses without holding up the others of its batch (P16)', async () => {
    const [roomId, otherRoom] = [await rig.newRoom(3), await rig.newRoom(4)];
    const taken = post(roomId, alice, 'mine');
    await rig.send(taken);

    // The id of a message that exists passes every schema, and breaks a unique index.
    const answers = await Promise.all([
      rig.send(post(roomId, alice, 'before')),
      rig.send({ ...post(otherRoom, bob, 'poison'), data: { ...taken.data, text: 'poison' } }),
      rig.send(post(roomId, alice, 'after')),
      rig.send(post(otherRoom, bob, 'behind the poison')),
    ]);

    expect(answers.map(seqOf)).toEqual([5, 'VALIDATION_FAILED', 6, 4]);
    const { records } = await rig.log.read(COMMANDS_DEAD_LETTER_TOPIC, 4, 0, 10);
    expect(records.map(({ headers }) => headers)).toEqual([expect.objectContaining({ 'x-topic': COMMANDS_TOPIC, type: 'message.post' })]);
  });

  it('lets a fenced owner commit nothing and answer nobody (P6, P8)', async () => {
    const roomId = await rig.newRoom(5);
    // Somebody else takes every partition.
    await test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1');

    const posted = await rig.send(post(roomId, alice, 'after the raise'));

    // It is still assigned, so it took the partition again (P9) and then answered.
    expect(posted).toMatchObject({ ok: true, result: { seq: 4, duplicate: false } });
    expect(await textsOf(test, roomId)).toEqual(['after the raise']);
  });

  it('keeps edits, deletions, reactions and their log in step', async () => {
    const roomId = await rig.newRoom(6);
    const call = post(roomId, alice, `hi <@${bob}>`);
    const { messageId } = call.data;
    await rig.send(call);
    await rig.send({ type: 'message.edit', roomId, actorId: alice, data: { messageId, text: 'hi again' } });
    await rig.send({ type: 'reaction.add', roomId, actorId: bob, data: { messageId, emoji: '👍' } });
    const again = await rig.send({ type: 'reaction.add', roomId, actorId: bob, data: { messageId, emoji: '👍' } });
    await rig.send({ type: 'message.delete', roomId, actorId: bob, data: { messageId } });
    const deleted = await rig.send({ type: 'message.delete', roomId, actorId: alice, data: { messageId } });

    expect(again).toMatchObject({ ok: true, result: { changed: false, seq: 6 } });
    expect(deleted).toMatchObject({ ok: true, result: { changed: true, seq: 7 } });
    const events = (await eventsOf(test, roomId)).slice(3);
    expect(events.map(({ type }) => type)).toEqual(['message.posted', 'message.edited', 'reaction.added', 'message.deleted']);
    expect(JSON.stringify(events)).not.toContain('hi');
  });

  it('blanks what was deleted, and not what a restore in the same batch brings back (P35)', async () => {
    const roomId = await rig.newRoom(7);
    const call = post(roomId, alice, 'back again');
    const about = { roomId, actorId: alice, data: { messageId: call.data.messageId } };
    await rig.send(call);

    // Sent at once, so that one batch has both.
    await Promise.all([rig.send({ type: 'message.delete', ...about }), rig.send({ type: 'message.restore', ...about })]);

    const events = (await eventsOf(test, roomId)).slice(3);
    expect(events.map(({ type, payload }) => [type, payload.text])).toEqual([
      ['message.posted', undefined],
      ['message.deleted', undefined],
      ['message.restored', 'back again'],
    ]);
  });
});
