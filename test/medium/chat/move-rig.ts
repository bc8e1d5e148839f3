import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { type CommandAnswer, type CommandType } from '@agent-chat/contracts';
import { type PhysicalDatabase } from '@agent-chat/database';
import { openPostgresDatabase, type PostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { createEmptyDatabase } from '@agent-chat/database/testing';
import { ProcessIdentity } from '@agent-chat/discovery';
import { newId, SystemClock, type RoomId } from '@agent-chat/kernel';
import { MoveRunner } from '../../../apps/chat/src/application/move/move-runner';
import { type MoveStep } from '../../../apps/chat/src/application/move/shard-mover';
import { ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';
import { OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';
import { EventMonths } from '../../../apps/chat/src/infrastructure/maintain/event-months';
import { MoveRepository } from '../../../apps/chat/src/infrastructure/move/move-repository';
import { MOVED_TABLES } from '../../../apps/chat/src/infrastructure/move/moved-tables';
import { PARTITIONS, type Call } from './calls';
import { FaultyDatabase } from './faulty-database';
import { FaultyLog } from './faulty-log';
import { openGatewayEnd } from './gateway-end';
import { newLog } from './write-rig';

export type MoveRig = Awaited<ReturnType<typeof openMoveRig>>;

/** An installation on two databases, with a chat process and a gateway's ear. Partition 0 begins on `a`, 1 on `b`, and so on. */
export async function openMoveRig() {
  const servers = await Promise.all([createEmptyDatabase(), createEmptyDatabase(), createEmptyDatabase()]);
  const [main, a, b] = servers;
  const opened: PostgresDatabase[] = [];
  const open = async (): Promise<PostgresDatabase> => {
    const shardUrls = { a: a.url, b: b.url };
    const database = await openPostgresDatabase({ url: main.url, shardUrls, partitionCount: PARTITIONS, poolSize: 6, log: () => undefined });
    opened.push(database);
    return database;
  };
  const database = await open();
  const clock = new SystemClock();
  const log = new FaultyLog(newLog(clock));
  const backplane = new InMemoryBackplane();
  const gateway = await openGatewayEnd(log, backplane);
  const lines = new Map<PhysicalDatabase, FaultyDatabase>();
  /** The owner's way to the database of a partition. */
  const lineTo = (partition: number): FaultyDatabase => {
    const real = database.writer(partition);
    const line = lines.get(real) ?? new FaultyDatabase(real);
    lines.set(real, line);
    return line;
  };
  const owner = new ChatOwner({ log, backplane, database: { writer: lineTo, reload: () => database.reload() }, clock, name: newId() });
  const owners = new OwnerAnswers(owner, database);
  await owner.start();

  /** Waits for as long as a move may hold a call up. */
  const send = <Type extends CommandType>(call: Call<Type>): Promise<CommandAnswer> => gateway.send(call, 15_000);
  const moves = new MoveRepository(database);
  /** A process that runs moves; `onStep` may end it anywhere, as kill -9 would. */
  const runner = (on: PostgresDatabase, onStep?: (step: MoveStep) => Promise<void>): MoveRunner =>
    new MoveRunner(on, new MoveRepository(on), new EventMonths(on), new ProcessIdentity('chat', '0.0.0', undefined)).listen(onStep);
  const stop = async (): Promise<void> => {
    await owner.stop();
    await backplane.close();
    await Promise.all(opened.map((each) => each.close()));
    await Promise.all(servers.map((server) => server.drop()));
  };
  /** Every row that a partition's rooms have in a database, by table. */
  const rowsIn = async (name: string, roomIds: readonly RoomId[]): Promise<Record<string, string[]>> => {
    const tables = await Promise.all(
      MOVED_TABLES.map(async ({ name: table, ofRooms }) => {
        const rows = await database.named(name).query<{ row: string }>(`SELECT t::text AS row FROM ${table} t WHERE ${ofRooms} ORDER BY 1`, [roomIds]);
        return [table, rows.map(({ row }) => row)] as const;
      }),
    );
    return Object.fromEntries(tables);
  };
  return { database, open, owner, owners, log, lineTo, send, moves, runner, rowsIn, stop };
}
