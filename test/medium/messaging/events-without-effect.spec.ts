import { type LogEvent } from '@agent-chat/contracts';
import { type Queryable, type Row } from '@agent-chat/database';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { ProjectionRunner, type Projection } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { openEventLog, publish, storedEvents } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const NEVER_MS = 3_600_000;

/** Notes edits and nothing else. */
class Edits implements Projection {
  readonly group = 'edits';
  readonly noted: number[] = [];
  batches = 0;
  lookedAt = 0;

  constructor(private readonly reading: Reading) {}

  database() {
    return this.reading.database.shards()[0]!;
  }

  concerns({ event, position }: LogEvent): boolean {
    this.lookedAt = Math.max(this.lookedAt, position);
    return event.type === 'message.edited';
  }

  async apply(_connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    this.batches++;
    this.noted.push(...events.filter((event) => this.concerns(event)).map(({ position }) => position));
    return Promise.resolve(undefined);
  }

  async storedPosition(partition: number): Promise<number | undefined> {
    const [row] = await this.database().query<Row & { position: number }>('SELECT position FROM consumer_positions WHERE consumer = $1 AND partition = $2', [
      this.group,
      partition,
    ]);
    return row?.position;
  }
}

describe('a projection that few events concern', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  let room: SeededRoom;
  let last: LogEvent;
  let projection: Edits;
  const runners: ProjectionRunner[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    reading = await openReading('events_without_effect');
    log = openEventLog(reading);
    room = await SeededRoom.create(reading.database);
    last = (await storedEvents(reading, room.partition)).at(-1)!;
    projection = new Edits(reading);
    await run(projection);
  });
  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await log.close();
    await reading.close();
  });

  async function run(one: Projection): Promise<void> {
    const runner = new ProjectionRunner({ log, queries: reading.bus, checkEveryMs: NEVER_MS, onError: (message) => errors.push(message) });
    runners.push(runner);
    await runner.run(one);
    // It starts with what is stored.
    await eventually(async () => expect(projection.lookedAt).toBe(last.position));
  }

  const next = (type: string, count = 1): LogEvent[] =>
    Array.from({ length: count }, () => {
      const seq = last.event.seq + 1;
      last = { ...last, position: last.position + 1, event: { ...last.event, seq, type } };
      return last;
    });

  /** Resolves when the projection has passed the events over, or is about to apply them. */
  async function tell(events: LogEvent[]): Promise<void> {
    await publish(log, events);
    await eventually(async () => expect(projection.lookedAt).toBe(events.at(-1)!.position));
  }

  it('costs no transaction until one has an effect, whose position covers those passed over', async () => {
    const before = await projection.storedPosition(room.partition);

    await tell(next('message.posted', 3));
    await tell(next('message.posted', 3));
    expect(projection.batches).toBe(0);
    expect(await projection.storedPosition(room.partition)).toBe(before);

    const [edited] = next('message.edited');
    await tell([edited!]);
    await eventually(async () => expect(projection.noted).toEqual([edited!.position]));
    await eventually(async () => expect(await projection.storedPosition(room.partition)).toBe(edited!.position));

    await tell(next('message.posted', 3));
    const [again] = next('message.edited');
    await tell([again!]);
    await eventually(async () => expect(projection.noted).toEqual([edited!.position, again!.position]));
    await eventually(async () => expect(await projection.storedPosition(room.partition)).toBe(again!.position));
    expect(errors).toEqual([]);
  });

  it('moves its position all the same once many were passed over, so that a restart reads little', async () => {
    await tell(next('message.posted', 1_000));

    await eventually(async () => expect(await projection.storedPosition(room.partition)).toBe(last.position));
  });
});
