import { type CommandData } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { type EventLog } from '@agent-chat/event-log';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, SystemClock, type Clock, type GatewayId, type RoomId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';
import { OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';
import { alice, bob, create, PARTITIONS, roomIn } from './calls';
import { FaultyBackplane } from './faulty-backplane';
import { FaultyDatabase } from './faulty-database';
import { FaultyLog } from './faulty-log';
import { openGatewayEnd } from './gateway-end';

// Faults are the point here: what the owner says about them would bury the report.
Logger.overrideLogger(false);

/** What a rig is made of, where not of new parts. */
export interface RigParts {
  readonly log?: EventLog;
  readonly clock?: Clock;
  readonly gatewayId?: GatewayId;
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

/** A log of nobody else's. */
export function newLog(clock: Clock = new SystemClock()): InMemoryEventLog {
  return new InMemoryEventLog({ partitionCount: PARTITIONS, clock });
}

/** One chat process over parts that fail on demand, and a gateway's end. */
export async function openRig(test: TestDatabase, { clock = new SystemClock(), ...parts }: RigParts = {}) {
  const log = new FaultyLog(parts.log ?? newLog(clock));
  const database = new FaultyDatabase(test.database.writer(0));
  const backplane = new FaultyBackplane();
  const gateway = await openGatewayEnd(log, backplane, parts.gatewayId);
  const shards = {
    reloads: 0,
    writer: () => database,
    reload: () => {
      shards.reloads += 1;
      return test.database.reload();
    },
  };
  const owner = new ChatOwner({ log, backplane, database: shards, clock, name: newId() });
  const owners = new OwnerAnswers(owner, { shard: () => database, reload: shards.reload });
  await owner.start();

  /** A room of Alice's with these members, whose log then has one event for itself and one for each of them all. */
  const newRoom = async (partition: number, memberIds = [bob], kind: CommandData<'room.create'>['kind'] = 'private'): Promise<RoomId> => {
    const call = create(roomIn(partition), alice, memberIds);
    expect(await gateway.send({ ...call, data: { ...call.data, kind } })).toMatchObject({ ok: true });
    return call.roomId;
  };
  /** What the owner holds of a partition, as soon as it has taken it. */
  const taken = (partition: number) => eventually(() => owner.owned(partition) ?? Promise.reject(new Error('not taken yet')));
  const stop = async (): Promise<void> => {
    await owner.stop();
    await backplane.close();
  };
  return { ...gateway, owner, owners, shards, log, database, backplane, newRoom, taken, stop };
}

/** Gives each test of a suite a chat process of its own, on one database for all of them. */
export function rigEachTest(name: string, use: (rig: Rig, test: TestDatabase) => void, parts?: RigParts): void {
  let test: TestDatabase;
  let rig: Rig;
  beforeAll(async () => {
    test = await createTestDatabase(name);
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    rig = await openRig(test, parts);
    use(rig, test);
  });
  afterEach(() => rig.stop());
}

/** Gives each test of a suite a database of its own; answers what opens a chat process on it, as many as the test wants. */
export function rigsEachTest(name: string, use: (test: TestDatabase) => void): (parts?: RigParts) => Promise<Rig> {
  let test: TestDatabase;
  const rigs: Rig[] = [];
  beforeEach(async () => {
    test = await createTestDatabase(name);
    use(test);
  });
  afterEach(async () => {
    await Promise.all(rigs.splice(0).map((rig) => rig.stop()));
    await test.drop();
  });
  return async (parts) => {
    const rig = await openRig(test, parts);
    rigs.push(rig);
    return rig;
  };
}
