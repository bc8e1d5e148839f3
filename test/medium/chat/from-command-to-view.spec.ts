import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { COMMANDS_TOPIC, encodeCommand, EVENTS_TOPIC, type Command, type CommandAnswer, type CommandData, type CommandType } from '@agent-chat/contracts';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, partitionOf, SystemClock, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { ProjectionRunner } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { AuditProjection } from '../../../apps/analytics/src/infrastructure/audit.projection';
import { FiguresProjection } from '../../../apps/analytics/src/infrastructure/figures.projection';
import { ObservationsRepository } from '../../../apps/analytics/src/infrastructure/observations.repository';
import { ListChangeNotices } from '../../../apps/chat/src/application/project/list-change-notices';
import { historyWindow } from '../../../apps/chat/src/application/read/history-window';
import { ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';
import { OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';
import { DirectoryProjection } from '../../../apps/chat/src/infrastructure/project/directory.projection';
import { SearchProjection } from '../../../apps/chat/src/infrastructure/project/search.projection';
import { openEventLog, storedEvents } from '../../support/event-publisher';
import { openHistory } from '../../support/history-pages';
import { openReading, type Reading } from '../../support/reading';

const NEVER_MS = 3_600_000;

/** Views gather what comes, and read the log where nothing comes to them: each in its own time. */
const VIEWS = { timeoutMs: 20_000, intervalMs: 50 };

describe('what is commanded', () => {
  const [alice, bob] = [newId<UserId>(), newId<UserId>()];
  const gatewayId = newId<GatewayId>();
  const answers = new Map<string, CommandAnswer>();
  let reading: Reading;
  let log: InMemoryEventLog;
  let backplane: InMemoryBackplane;
  let owner: ChatOwner;
  let runner: ProjectionRunner;

  beforeAll(async () => {
    reading = await openReading('command_to_view');
    log = openEventLog(reading);
    backplane = new InMemoryBackplane();
    await backplane.listen(gatewayId, (channel, message) => {
      if (channel === 'answers') for (const answer of JSON.parse(message) as CommandAnswer[]) answers.set(answer.requestId, answer);
    });
    reading.bus.answer('presence.gateways', async () => ({ users: [] }));
    owner = new ChatOwner({
      log,
      backplane,
      database: reading.database,
      clock: new SystemClock(),
      name: newId(),
      onStored: (event) => reading.kept.follow(event),
    });
    await owner.start();
    runner = new ProjectionRunner({ log, queries: reading.bus, checkEveryMs: NEVER_MS, onError: () => undefined });
    const { database } = reading;
    const projections = [
      new SearchProjection(database),
      new DirectoryProjection(database, new ListChangeNotices(backplane, reading.bus)),
      new FiguresProjection(database, new ObservationsRepository(database), new SystemClock()),
      new AuditProjection(database),
    ];
    for (const projection of projections) await runner.run(projection);
  });
  afterAll(async () => {
    await owner.stop();
    await runner.stop();
    await log.close();
    await backplane.close();
    await reading.close();
  });

  async function command<Type extends CommandType>(type: Type, roomId: RoomId, actorId: UserId, data: CommandData<Type>): Promise<void> {
    const requestId = newId();
    await log.append(COMMANDS_TOPIC, [encodeCommand({ type, roomId, actorId, key: newId(), requestId, gatewayId, data } as unknown as Command)]);
    const answer = await eventually(() => answers.get(requestId) ?? Promise.reject(new Error('no answer yet')));
    expect(answer).toMatchObject({ ok: true });
  }

  /** A bit of everything; answers the messages' ids. */
  async function live(roomId: RoomId): Promise<{ kept: MessageId; gone: MessageId }> {
    const [kept, gone] = [newId<MessageId>(), newId<MessageId>()];
    await command('room.create', roomId, alice, { kind: 'private', name: 'lobby', topic: '', memberIds: [bob] });
    await command('message.post', roomId, alice, { messageId: kept, text: `a capybara for <@${bob}>` });
    await command('message.post', roomId, bob, { messageId: gone, text: 'a capybara for <@room>', replyTo: kept });
    await command('reaction.add', roomId, bob, { messageId: kept, emoji: '🎉' });
    await command('message.edit', roomId, alice, { messageId: kept, text: `one capybara for <@${bob}>` });
    await command('room.update', roomId, alice, { topic: 'animals' });
    await command('member.update', roomId, alice, { userId: bob, role: 'admin' });
    await command('message.delete', roomId, bob, { messageId: gone });
    return { kept, gone };
  }

  it('is the same text live and from the log, but for what was redacted since', async () => {
    const roomId = newId<RoomId>();
    const { gone } = await live(roomId);
    const partition = partitionOf(roomId, log.partitionCount);
    const logged = (await storedEvents(reading, partition)).filter(({ event }) => event.roomId === roomId).map((event) => JSON.stringify(event));
    const published = await eventually(async () => {
      const { records } = await log.read(EVENTS_TOPIC, partition, 0, 100);
      const found = records.filter(({ key }) => key === roomId).map(({ value }) => value);
      expect(found).toHaveLength(logged.length);
      return found;
    });
    const redacted = logged.findIndex((text) => text.includes('"redacted":true'));
    expect(logged[redacted]).toContain(gone);
    expect(logged.filter((_, index) => index !== redacted)).toEqual(published.filter((_, index) => index !== redacted));
    expect(logged.join()).not.toContain('for <@room>');
  });

  it('shows in history, badges, search, own logs, figures and the audit trail', async () => {
    const roomId = newId<RoomId>();
    const { kept, gone } = await live(roomId);
    const { items, cursor } = await reading.ask('room.history', { roomId, userId: bob, limit: 10 });
    expect(items).toMatchObject([
      { messageId: kept, text: `one capybara for <@${bob}>`, mentions: [bob], reactions: [{ emoji: '🎉', count: 1, mine: true }] },
      { messageId: gone, replyTo: kept, reactions: [], mentions: [] },
    ]);
    const { heads } = await reading.ask('heads.read', {
      reads: [
        { userId: alice, roomIds: [roomId] },
        { userId: bob, roomIds: [roomId] },
      ],
    });
    expect(heads).toMatchObject([{ heads: [{ unreadCount: 1, mentionCount: 0 }] }, { heads: [{ unreadCount: 0, mentionCount: 0 }] }]);
    const { room } = await reading.ask('room.get', { roomId, userId: alice });
    expect(`${room.epoch}.${room.head}`).toBe(cursor);

    await eventually(async () => {
      const found = await reading.ask('messages.search', { userId: bob, q: 'capybara', roomId, limit: 10 });
      expect(found.items.map((hit) => hit.message.messageId)).toEqual([kept]);
      const { changes } = await reading.ask('user.events', { userId: bob, afterRev: 0, limit: 100 });
      expect(changes.filter((change) => change.roomId === roomId).map(({ change }) => change)).toEqual(['joined']);
      const trail = await reading.database.directory().query('SELECT type FROM audit_entries WHERE room_id = $1', [roomId]);
      expect(trail).toHaveLength(room.head);
      const figures = await reading.database.directory().query('SELECT messages FROM figures_rooms WHERE room_id = $1 AND unit = $2', [roomId, 'day']);
      expect(Number(figures[0]?.['messages'])).toBe(2);
    }, VIEWS);
  });

  it('keeps pages in memory as the database has them, to the letter, while it is stored', async () => {
    const roomId = newId<RoomId>();
    const plain = openHistory(reading.database, 0);
    const { kept, gone } = await live(roomId);
    const look = async (userId: UserId): Promise<void> => {
      const input = { roomId, userId, limit: 10 };
      expect(await reading.bus.askText('room.history', input, { timeoutMs: 5_000 })).toBe(JSON.stringify(await plain(input)));
    };
    await look(alice);
    const message = { messageId: kept };
    const told = [
      () => command('message.post', roomId, bob, { messageId: newId<MessageId>(), text: `"\u0001" & ✓ <@${alice}>`, replyTo: kept }),
      () => command('reaction.add', roomId, alice, { ...message, emoji: '👍' }),
      () => command('reaction.add', roomId, alice, { ...message, emoji: '🎉' }),
      () => command('message.edit', roomId, alice, { ...message, text: 'two <@room>' }),
      () => command('room.update', roomId, alice, { topic: 'plants' }),
      () => command('message.delete', roomId, alice, message),
    ];
    for (const happen of told) {
      await happen();
      const { room } = await reading.ask('room.get', { roomId, userId: alice });
      expect(reading.kept.page(roomId, historyWindow({}, 10))).toMatchObject({ epoch: room.epoch, head: room.head });
      await look(alice);
      await look(bob);
    }
    // Those that the event alone doesn't tell.
    await command('message.restore', roomId, alice, message);
    await look(bob);
    await command('reaction.remove', roomId, bob, { ...message, emoji: '🎉' });
    await look(bob);
    await command('message.restore', roomId, alice, { messageId: gone });
    await look(alice);
  });

  it('counts the same badges for whoever moves a mark as for whoever asks: nobody is named by what they wrote', async () => {
    const roomId = newId<RoomId>();
    await command('room.create', roomId, alice, { kind: 'private', name: 'lobby', topic: '', memberIds: [bob] });
    for (const author of [alice, bob]) await command('message.post', roomId, author, { messageId: newId<MessageId>(), text: '<@room>' });
    const owners = new OwnerAnswers(owner, reading.database);
    const marked = await owners.markRead({ roomId, userId: alice, seq: 0, force: true }, partitionOf(roomId, log.partitionCount));
    expect(marked).toMatchObject({ readSeq: 0, unreadCount: 2, mentionCount: 1 });
    const { heads } = await reading.ask('heads.read', { reads: [{ userId: alice, roomIds: [roomId] }] });
    expect(heads[0]?.heads).toEqual([{ roomId, ...marked }]);
  });
});
