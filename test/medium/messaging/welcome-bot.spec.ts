import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS_TOPIC, decodeCommand, readOrigin } from '@agent-chat/contracts';
import { partitionOf } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { BOT, WelcomeBotModule } from '../../../docs/examples/welcome-bot';
import { openEventLog, publish, storedEvents } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';
import { startService } from '../../support/service';

describe('the sample of a service team', () => {
  let reading: Reading;

  beforeAll(async () => {
    reading = await openReading('welcome_bot');
  });
  afterAll(() => reading.close());

  it('is shorter than 30 lines', () => {
    const lines = readFileSync(join(__dirname, '../../../docs/examples/welcome-bot.ts'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeLessThan(30);
  });

  it('greets who says hello, once by its key although events come twice, what was said while it was away too, and never itself', async () => {
    const room = await SeededRoom.create(reading.database);
    const log = openEventLog(reading);
    const before = await room.post(room.owner, 'hello from before');
    const service = await startService(reading, log, [WelcomeBotModule]);
    await room.post(room.owner, 'something else');
    await room.post(BOT, 'Hello <@somebody>, welcome!');
    const after = await room.post(room.owner, 'Hello!');
    const events = await storedEvents(reading, room.partition);
    await publish(log, [...events, ...events]);

    const commands = await eventually(async () => {
      const { records } = await log.read(COMMANDS_TOPIC, partitionOf(room.roomId, log.partitionCount), 0, 10);
      const found = records.map((record) => decodeCommand(record, readOrigin(record)!));
      expect(new Set(found.map((command) => command.key))).toEqual(new Set([`welcome-1-${before.seq}`, `welcome-1-${after.seq}`]));
      return found;
    });
    expect(commands[0]).toMatchObject({
      type: 'message.post',
      actorId: BOT,
      roomId: room.roomId,
      data: { text: `Hello <@${room.owner}>, welcome!`, replyTo: before.messageId },
    });
    await service.close();
    await log.close();
  });
});
