import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { COMMANDS_TOPIC, encodeCommand, type Command, type CommandAnswer, type CommandData, type CommandType } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, SystemClock, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';

const clock = new SystemClock();
const gatewayId = newId<GatewayId>();
const alice = newId<UserId>();
const bob = newId<UserId>();

/** One chat process with a log of its own, and a gateway's ear. */
async function startOwner(test: TestDatabase) {
  const log = new InMemoryEventLog({ partitionCount: 64, clock });
  const backplane = new InMemoryBackplane();
  const answers = new Map<string, CommandAnswer>();
  await backplane.listen(gatewayId, (channel, message) => {
    if (channel === 'answers') for (const answer of JSON.parse(message) as CommandAnswer[]) answers.set(answer.requestId, answer);
  });
  const owner = new ChatOwner({ log, backplane, database: test.database, clock, name: newId() });
  await owner.start();
  const send = async <Type extends CommandType>(
    type: Type,
    roomId: RoomId,
    actorId: UserId,
    data: CommandData<Type>,
    key: string = newId(),
  ): Promise<CommandAnswer> => {
    const requestId = newId();
    await log.append(COMMANDS_TOPIC, [encodeCommand({ type, roomId, actorId, key, requestId, gatewayId, data } as unknown as Command)]);
    return eventually(() => answers.get(requestId) ?? Promise.reject(new Error('no answer yet')), { timeoutMs: 5_000 });
  };
  const stop = async (): Promise<void> => {
    await owner.stop();
    await log.close();
    await backplane.close();
  };
  return { owner, log, send, stop };
}

describe('the write path', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase('write_path');
  });
  afterAll(() => test.drop());

  const roomOf = async (send: Awaited<ReturnType<typeof startOwner>>['send']): Promise<RoomId> => {
    const roomId = newId<RoomId>();
    await send('room.create', roomId, alice, { kind: 'private', name: 'lobby', topic: '', memberIds: [bob] });
    return roomId;
  };

  it('numbers everything that happens in a room without a gap', async () => {
    const { send, stop } = await startOwner(test);
    const roomId = await roomOf(send);

    const posts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => send('message.post', roomId, alice, { messageId: newId<MessageId>(), text: `hello ${String(i)}` })),
    );

    expect(posts.map((post) => post.ok && post.result.seq)).toEqual(Array.from({ length: 50 }, (_, i) => 4 + i));
    const stored = await test.database.shard(0).query<{ seq: number }>('SELECT seq FROM room_events WHERE room_id = $1 ORDER BY seq', [roomId]);
    expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 53 }, (_, i) => i + 1));
    await stop();
  });

  it('answers a repeated key with what it caused, also after a restart with an empty log (P1, P10, P13)', async () => {
    const first = await startOwner(test);
    const roomId = await roomOf(first.send);
    const data = { messageId: newId<MessageId>(), text: 'once' };
    const posted = await first.send('message.post', roomId, bob, data, 'key-1');
    await first.stop();
    const second = await startOwner(test);

    const repeated = await second.send('message.post', roomId, bob, { ...data, messageId: newId<MessageId>() }, 'key-1');
    const conflict = await second.send('message.post', roomId, bob, { messageId: newId<MessageId>(), text: 'other' }, 'key-1');

    if (!posted.ok) throw new Error('refused');
    expect(repeated).toMatchObject({ ok: true, result: { ...posted.result, duplicate: true } });
    expect(conflict).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_CONFLICT' } });
    await second.stop();
  });

  it('puts away a command that Postgres refuses without holding up the others of its batch (P16)', async () => {
    const { send, stop, log } = await startOwner(test);
    const [roomId, otherRoom] = [await roomOf(send), await roomOf(send)];
    const taken = { messageId: newId<MessageId>(), text: 'mine' };
    await send('message.post', roomId, alice, taken);

    // The id of a message that exists passes every schema, and breaks a unique index.
    const answers = await Promise.all([
      send('message.post', roomId, alice, { messageId: newId<MessageId>(), text: 'before' }),
      send('message.post', otherRoom, bob, { ...taken, text: 'poison' }),
      send('message.post', roomId, alice, { messageId: newId<MessageId>(), text: 'after' }),
      send('message.post', otherRoom, bob, { messageId: newId<MessageId>(), text: 'behind the poison' }),
    ]);

    expect(answers.map((answer) => (answer.ok ? answer.result.seq : answer.error.code))).toEqual([5, 'VALIDATION_FAILED', 6, 4]);
    const dead = await eventually(async () => {
      const ranges = await Promise.all(Array.from({ length: 64 }, (_, partition) => log.read('chat.commands.v1.dlq', partition, 0, 10)));
      const records = ranges.flatMap(({ records: found }) => found);
      expect(records).toHaveLength(1);
      return records;
    });
    expect(dead[0]?.headers).toMatchObject({ 'x-topic': COMMANDS_TOPIC, type: 'message.post' });
    await stop();
  });

  it('lets a fenced owner commit nothing and answer nobody (P6, P8)', async () => {
    const first = await startOwner(test);
    const roomId = await roomOf(first.send);
    // Somebody else takes every partition.
    await test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1');

    const posted = await first.send('message.post', roomId, alice, { messageId: newId<MessageId>(), text: 'after the raise' });

    // It is still assigned, so it took the partition again (P9) and then answered.
    expect(posted).toMatchObject({ ok: true, result: { seq: 4, duplicate: false } });
    const rows = await test.database.shard(0).query('SELECT 1 FROM messages WHERE room_id = $1', [roomId]);
    expect(rows).toHaveLength(1);
    await first.stop();
  });

  it('keeps edits, deletions, reactions and their log in step', async () => {
    const { send, stop } = await startOwner(test);
    const roomId = await roomOf(send);
    const messageId = newId<MessageId>();
    await send('message.post', roomId, alice, { messageId, text: `hi <@${bob}>` });
    await send('message.edit', roomId, alice, { messageId, text: 'hi again' });
    await send('reaction.add', roomId, bob, { messageId, emoji: '👍' });
    const again = await send('reaction.add', roomId, bob, { messageId, emoji: '👍' });
    await send('message.delete', roomId, bob, { messageId });
    const deleted = await send('message.delete', roomId, alice, { messageId });

    expect(again).toMatchObject({ ok: true, result: { changed: false, seq: 6 } });
    expect(deleted).toMatchObject({ ok: true, result: { changed: true, seq: 7 } });
    const events = await test.database
      .shard(0)
      .query<{ type: string; payload: object }>('SELECT type, payload FROM room_events WHERE room_id = $1 AND seq > 3 ORDER BY seq', [roomId]);
    expect(events.map(({ type }) => type)).toEqual(['message.posted', 'message.edited', 'reaction.added', 'message.deleted']);
    expect(JSON.stringify(events)).not.toContain('hi');
    await stop();
  });

  it('blanks what was deleted, and not what a restore in the same batch brings back (P35)', async () => {
    const { send, stop } = await startOwner(test);
    const roomId = await roomOf(send);
    const messageId = newId<MessageId>();
    await send('message.post', roomId, alice, { messageId, text: 'back again' });

    // Sent at once, so that one batch has both.
    await Promise.all([send('message.delete', roomId, alice, { messageId }), send('message.restore', roomId, alice, { messageId })]);

    const events = await test.database
      .shard(0)
      .query<{ type: string; payload: { text?: string } }>('SELECT type, payload FROM room_events WHERE room_id = $1 AND seq > 3 ORDER BY seq', [roomId]);
    expect(events.map(({ type, payload }) => [type, payload.text])).toEqual([
      ['message.posted', undefined],
      ['message.deleted', undefined],
      ['message.restored', 'back again'],
    ]);
    await stop();
  });

  it('tells the sender of a command that cannot be decoded (P15)', async () => {
    const { send, stop } = await startOwner(test);
    const roomId = await roomOf(send);

    const answer = await send('message.post', roomId, alice, { text: 5 } as never);

    expect(answer).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    await stop();
  });
});
