import { COMMANDS_DEAD_LETTER_TOPIC, COMMANDS_TOPIC, encodeCommand } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { newId, type RequestId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { alice, post, seqOf } from './calls';
import { progressOf, seqsOf } from './stored-rooms';
import { rigEachTest, type Rig } from './write-rig';

describe('commands that cannot be decoded or stored', () => {
  let test: TestDatabase;
  let rig: Rig;
  rigEachTest('poison', (opened, on) => {
    [rig, test] = [opened, on];
  });

  const deadLetters = async () =>
    (await Promise.all(Array.from({ length: 64 }, (_, partition) => rig.log.read(COMMANDS_DEAD_LETTER_TOPIC, partition, 0, 100)))).flatMap(
      ({ records }) => records,
    );

  it('dead-letters nothing while the database is away, and goes on when it is back (P16)', async () => {
    const roomId = await rig.newRoom(10);
    rig.database.isDown = true;
    const calls = await Promise.all(['a', 'b', 'c'].map((text) => rig.append(post(roomId, alice, text))));
    await eventually(() => expect(rig.owner.owned(10)).toBeUndefined());
    rig.database.isDown = false;

    const answers = await Promise.all(calls.map(({ requestId }) => rig.answerTo(requestId)));

    expect(answers.map(seqOf)).toEqual([4, 5, 6]);
    expect(await deadLetters()).toEqual([]);
  });

  it('counts a dead letter that the log does not take as an outage, and tells nobody (P16)', async () => {
    const [roomId, other] = [await rig.newRoom(11), await rig.newRoom(11)];
    const taken = post(other, alice, 'mine');
    await rig.send(taken);
    rig.log.appendFault = (topic) => (topic === COMMANDS_DEAD_LETTER_TOPIC ? { code: 'LOG_UNAVAILABLE', isWritten: false } : undefined);
    const fence = (await progressOf(test, 11)).fence;
    const poison = await rig.append({ ...post(roomId, alice, 'poison'), data: { messageId: taken.data.messageId, text: 'poison' } });
    await eventually(async () => expect((await progressOf(test, 11)).fence).toBeGreaterThan(fence));
    expect(rig.answers.has(poison.requestId)).toBe(false);
    rig.log.appendFault = () => undefined;

    expect(seqOf(await rig.answerTo(poison.requestId))).toBe('VALIDATION_FAILED');
    expect(await deadLetters()).toHaveLength(1);
    expect(seqOf(await rig.send(post(roomId, alice, 'behind it')))).toBe(4);
  });

  it('finds several poisonous commands among many, and numbers the others without a hole (P16)', async () => {
    const [roomId, other] = [await rig.newRoom(12), await rig.newRoom(13)];
    const taken = post(other, alice, 'mine');
    await rig.send(taken);
    const already = (await deadLetters()).length;
    const poisonous = new Set([3, 17, 18, 39]);
    const calls = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        rig.append(
          poisonous.has(i) ? { ...post(roomId, alice, `p${i}`), data: { messageId: taken.data.messageId, text: `p${i}` } } : post(roomId, alice, `m${i}`),
        ),
      ),
    );

    const answers = await Promise.all(calls.map(({ requestId }) => rig.answerTo(requestId)));

    expect(answers.flatMap((answer, i) => (answer.ok ? [] : [i]))).toEqual([...poisonous]);
    expect(await seqsOf(test, roomId)).toEqual(Array.from({ length: 3 + 36 }, (_, i) => i + 1));
    expect(await deadLetters()).toHaveLength(already + 4);
  });

  it('puts away what cannot be decoded with its cause and origin, and tells its sender (P15)', async () => {
    const roomId = await rig.newRoom(22);
    const already = (await deadLetters()).length;
    const call = await rig.append({ ...post(roomId, alice, 'x'), data: { text: 5 } as never });

    expect(seqOf(await rig.answerTo(call.requestId))).toBe('VALIDATION_FAILED');
    const letters = await deadLetters();
    expect(letters).toHaveLength(already + 1);
    expect(letters.find(({ headers }) => headers['request'] === call.requestId)).toMatchObject({
      key: roomId,
      value: '{"text":5}',
      headers: { 'x-topic': COMMANDS_TOPIC, 'x-partition': '22', 'x-offset': String(call.offset), 'x-error': expect.stringMatching(/./), actor: alice },
    });
    expect(seqOf(await rig.send(post(roomId, alice, 'behind it')))).toBe(4);
  });

  it('tells the sender of a command of a newer release to try again, and dead-letters nothing (P15)', async () => {
    const roomId = await rig.newRoom(14);
    const already = (await deadLetters()).length;
    const answers = [await rig.send({ ...post(roomId, alice, 'x'), type: 'message.whisper' as 'message.post' })];
    // A name that every object has is no command either.
    answers.push(await rig.send({ ...post(roomId, alice, 'x'), type: 'constructor' as 'message.post' }));
    const requestId = newId<RequestId>();
    const known = encodeCommand({ ...post(roomId, alice, 'x'), key: newId(), requestId, gatewayId: rig.gatewayId });
    await rig.log.append(COMMANDS_TOPIC, [{ ...known, headers: { ...known.headers, version: '3' } }]);
    answers.push(await rig.answerTo(requestId));

    expect(answers.map(seqOf)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    expect(await seqsOf(test, roomId)).toHaveLength(3);
    expect(await deadLetters()).toHaveLength(already);
  });
});
