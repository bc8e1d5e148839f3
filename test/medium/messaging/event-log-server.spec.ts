import { type RoomEvent } from '@agent-chat/contracts';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { EventContext } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { openEventLog, publish, storedEvents } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';
import { startService } from '../../support/service';

describe('event handlers of service teams', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  const services: INestMicroservice[] = [];

  beforeAll(async () => {
    reading = await openReading('event_log_server');
  });
  beforeEach(() => {
    log = openEventLog(reading);
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
    await log.close();
  });
  afterAll(() => reading.close());

  async function start(controller: Type, checkEveryMs = 3_600_000): Promise<INestMicroservice> {
    @Module({ controllers: [controller] })
    class ServiceModule {}
    const service = await startService(reading, log, [ServiceModule], { checkEveryMs });
    services.push(service);
    return service;
  }

  async function roomWith(messages: number): Promise<SeededRoom> {
    const room = await SeededRoom.create(reading.database);
    for (let at = 1; at <= messages; at++) await room.post(room.owner, `message ${at}`);
    return room;
  }

  const positionOf = async (group: string, partition: number) => {
    const [row] = await reading.database
      .directory()
      .query('SELECT position FROM consumer_positions WHERE consumer = $1 AND partition = $2', [group, partition]);
    return row?.['position'];
  };

  it('get the events of their type in order, with their place, and go on after a restart where they stopped', async () => {
    const seen: [number, number][] = [];

    @Controller()
    class Reader {
      @EventPattern('message.posted', { group: 'reader' })
      read(@Payload() event: RoomEvent, @Ctx() context: EventContext): void {
        if (event.roomId === room.roomId) seen.push([event.seq, context.place.position]);
      }
    }
    const room = await roomWith(3);
    const first = await start(Reader);
    const events = await storedEvents(reading, room.partition);
    const expected = () =>
      events.filter(({ event }) => event.type === 'message.posted' && event.roomId === room.roomId).map(({ event, position }) => [event.seq, position]);
    await eventually(async () => {
      expect(seen).toEqual(expected());
      expect(await positionOf('reader', room.partition)).toBe(events[events.length - 1]!.position);
    });
    await first.close();

    await room.post(room.owner, 'while it was away');
    events.push(...(await storedEvents(reading, room.partition, events[events.length - 1]!.position)));
    // An event log that is empty, as after the death of the standalone.
    await log.close();
    log = openEventLog(reading);
    await start(Reader);
    await eventually(() => expect(seen).toEqual(expected()));
    await publish(log, events);
    await room.post(room.owner, 'last');
    const last = await storedEvents(reading, room.partition, events[events.length - 1]!.position);
    events.push(...last);
    await publish(log, last);
    await eventually(() => expect(seen).toEqual(expected()));
  });

  it('are tried four times; then the event is kept as dead letter and they go on, while other groups are not disturbed (P20)', async () => {
    const tries: number[] = [];
    const broken: number[] = [];
    const sound: number[] = [];

    @Controller()
    class Handlers {
      @EventPattern('message.posted', { group: 'broken' })
      async fail(event: RoomEvent): Promise<void> {
        if (event.roomId !== room.roomId) return;
        if (event.seq !== 4) return void broken.push(event.seq);
        tries.push(event.seq);
        throw new Error('four is too much');
      }

      @EventPattern('message.posted', { group: 'flaky' })
      async recover(event: RoomEvent): Promise<void> {
        if (event.roomId !== room.roomId) return;
        flaky.push(event.seq);
        if (flaky.length === 2) throw new Error('once');
      }

      @EventPattern(['message.posted', 'member.joined'], { group: 'sound' })
      read(event: RoomEvent): void {
        if (event.roomId === room.roomId) sound.push(event.seq);
      }
    }
    const flaky: number[] = [];
    const room = await roomWith(3);
    await start(Handlers);
    await eventually(() => {
      expect(broken).toEqual([3, 5]);
      expect(sound).toEqual([2, 3, 4, 5]);
      expect(flaky).toEqual([3, 4, 4, 5]);
    });
    expect(tries).toEqual([4, 4, 4, 4]);
    const dead = await reading.database.directory().query('SELECT * FROM dead_events WHERE room_id = $1', [room.roomId]);
    expect(dead).toMatchObject([{ consumer: 'broken', seq: 4, type: 'message.posted' }]);
  });

  it('are told what is wrong with their declaration when they start', async () => {
    @Controller()
    class WithoutGroup {
      @EventPattern('message.posted')
      read(): void {}
    }
    @Controller()
    class UnknownType {
      @EventPattern('message.possted', { group: 'typo' })
      read(): void {}
    }
    @Controller()
    class Command {
      @MessagePattern('message.post')
      read(): void {}
    }
    await expect(start(WithoutGroup)).rejects.toThrow(/@EventPattern\('message.posted'\) needs a group/);
    await expect(start(UnknownType)).rejects.toThrow(/there is no such event/);
    await expect(start(Command)).rejects.toThrow(/not carried by the event log/);
  });
});
