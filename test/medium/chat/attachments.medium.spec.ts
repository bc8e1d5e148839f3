import { type Attachment } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { newId, type AttachmentId } from '@agent-chat/kernel';
import { alice, bob, type Call, post, seqOf } from './calls';
import { rigsEachTest, type Rig } from './write-rig';

describe('posts with files', () => {
  let test: TestDatabase;
  const open = rigsEachTest('attachments', (on) => {
    test = on;
  });
  const file = (name: string): Attachment => ({ attachmentId: newId<AttachmentId>(), name, type: 'image/png', sizeBytes: 3, width: 2, height: 1 });
  const withFiles = (call: Call<'message.post'>, ...attachments: Attachment[]): Call<'message.post'> => ({ ...call, data: { ...call.data, attachments } });
  const rows = () =>
    test.database
      .shard(0)
      .query<{ attachment_id: string; message_id: string; name: string; erased: boolean }>('SELECT * FROM message_attachments ORDER BY place');
  const payloadOf = async (messageId: string) =>
    (
      await test.database
        .shard(0)
        .query<{ payload: object }>(`SELECT payload FROM room_events WHERE payload->>'messageId' = $1 AND type = 'message.posted'`, [messageId])
    )[0]?.payload;

  it('are stored with them in one commit, and answered alike when they come again, also to another owner', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(0);
    const [one, two] = [file('one.png'), file('two.png')];
    const call = withFiles(post(roomId, alice, '', 'key'), one, two);
    const answer = await rig.send(call);
    // What storage says of a file may be told in other words the second time: its id counts.
    const again = withFiles(post(roomId, alice, '', 'key'), { ...one, name: 'renamed.png' }, two);

    expect(seqOf(answer)).toBe(4);
    expect(await rows()).toMatchObject([
      { attachment_id: one.attachmentId, message_id: call.data.messageId, name: 'one.png', erased: false },
      { attachment_id: two.attachmentId, message_id: call.data.messageId, name: 'two.png', erased: false },
    ]);
    expect(await payloadOf(call.data.messageId)).toMatchObject({ attachments: [one, two] });
    expect(await rig.send(again)).toMatchObject({ ok: true, result: { seq: 4, duplicate: true, messageId: call.data.messageId } });
    expect(seqOf(await rig.send(withFiles(post(roomId, alice, '', 'key'), two, one)))).toBe('IDEMPOTENCY_CONFLICT');
    expect(seqOf(await rig.send(withFiles(post(roomId, alice, 'again'), two)))).toBe('ATTACHMENT_IN_USE');
    await rig.stop();

    const next: Rig = await open({ log: rig.log });
    expect(seqOf(await next.send(withFiles(post(roomId, alice, 'another owner'), file('free.png'), one)))).toBe('ATTACHMENT_IN_USE');
    expect(seqOf(await next.send(withFiles(post(roomId, alice, 'free'), file('free.png'))))).toBe(5);
  });

  it('of which several of one batch name the same file are one that is stored', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(0);
    const wanted = file('one.png');

    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => rig.send(withFiles(post(roomId, n % 2 === 0 ? alice : bob, `try ${n}`), wanted))));

    expect(answers.map(seqOf).sort()).toEqual([4, ...Array.from({ length: 5 }, () => 'ATTACHMENT_IN_USE')]);
    expect(await rows()).toHaveLength(1);
  });

  it('lose their files when they are deleted, for good, in the log too', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(0);
    const call = withFiles(post(roomId, alice, 'words'), file('secret.png'));
    const { messageId } = call.data;
    await rig.send(call);

    await rig.send({ type: 'message.delete', roomId, actorId: alice, data: { messageId } });
    expect(await rows()).toMatchObject([{ name: '', erased: true }]);
    const payload = await payloadOf(messageId);
    expect(payload).toMatchObject({ redacted: true });
    expect(JSON.stringify(payload)).not.toContain('secret');
    await rig.send({ type: 'message.restore', roomId, actorId: alice, data: { messageId } });

    expect(await rows()).toMatchObject([{ name: '', erased: true }]);
    expect(seqOf(await rig.send(withFiles(post(roomId, alice, 'again'), ...(call.data.attachments ?? []))))).toBe('ATTACHMENT_IN_USE');
  });

  it('are put away one by one where the table refuses them, and stop nobody (P16)', async () => {
    const rig = await open();
    const [roomId, other] = [await rig.newRoom(0), await rig.newRoom(0)];
    const wanted = file('one.png');
    await rig.send(withFiles(post(other, alice, 'first'), wanted));

    // A file is for one room, as storage sees to; where that fails the table doesn't.
    const answers = await Promise.all([
      rig.send(post(roomId, alice, 'before')),
      rig.send(withFiles(post(roomId, alice, 'stolen'), wanted)),
      rig.send(post(roomId, alice, 'behind')),
    ]);

    expect(answers.map(seqOf)).toEqual([4, 'VALIDATION_FAILED', 5]);
    expect(await rows()).toHaveLength(1);
  });

  it('are written to no table of files where they have none', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(0);
    const call = post(roomId, alice, 'plain');
    await rig.send(call);

    expect(await rows()).toEqual([]);
    expect(await payloadOf(call.data.messageId)).not.toHaveProperty('attachments');
  });
});
