import { type ShardMove } from '@agent-chat/contracts';
import { type TestServer } from '@agent-chat/testing';
import { FaultyCluster } from '../support/cluster-faults';
import { type Fault, FaultLoad, type FaultReport, type LoadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { ShardMoves } from '../support/shard-moves';

/** 520 messages a second are offered; the report says how many were acknowledged. Half of them are in the shard that moves. */
const LOAD: LoadOptions = { clients: 52, readers: 8, rooms: 8, postEveryMs: 100 };
const MOVING_ROOMS = 4;
/** What people may notice of a move. */
const STALL_MS = 2_000;
const OUTAGE_MS = 3_000;

jest.setTimeout(300_000);

describe('a shard that moves under 500 messages a second', () => {
  const reports = new FaultReports('shard-move');
  let cluster: FaultyCluster;
  let load: FaultLoad;
  let moves: ShardMoves;
  /** Each test moves a shard that has no rooms before. */
  let partition = 0;

  beforeAll(async () => {
    cluster = await FaultyCluster.start({ apart: true, env: ShardMoves.ENV });
    moves = await ShardMoves.open(cluster);
    load = await FaultLoad.open(cluster.url, LOAD);
  });
  beforeEach(() => {
    partition += 1;
  });
  // One that failed may have left its move standing still.
  afterEach(() => moves.release());
  afterAll(async () => {
    await moves.close();
    await cluster.stop();
  });

  const under = (fault: Fault): Promise<FaultReport> => load.under(fault, { partition, rooms: MOVING_ROOMS });

  /** The shard is begun to move to the other server; then `happens`, and afterwards, when sends are acknowledged again, `mend`. Ends with the move. */
  const moving = (
    name: string,
    { happens, mend, lastsMs }: { happens?: (move: ShardMove) => Promise<unknown>; mend?: () => Promise<unknown>; lastsMs?: number },
  ): { readonly fault: Fault; readonly ended: () => Promise<ShardMove> } => {
    let ended: Promise<ShardMove> | undefined;
    const begin = async (): Promise<void> => {
      const { target } = await moves.placeOf(partition);
      const move = await moves.begin(partition, target);
      await happens?.(move);
      ended = moves.ended(move);
    };
    const fault = { name, begin, mend: () => Promise.all([mend?.(), ended]), ...(lastsMs === undefined ? {} : { lastsMs }) };
    return { fault, ended: async () => (await ended)! };
  };

  const expectMoved = async (move: ShardMove): Promise<void> => {
    const { source, target, copied, stalledMs, log } = move;
    process.stdout.write(
      `moved from ${source} to ${target}: ${String(copied)} rows, ${String(log?.events)} events with the checksum ${String(log?.checksum)}; writers waited ${stalledMs === undefined ? 'until another went on with it' : `${String(stalledMs)} ms`}\n`,
    );
    expect(move).toMatchObject({ phase: 'done', log: { checksum: expect.stringMatching(/^[0-9a-f]+$/) } });
    expect(log?.events).toBeGreaterThan(0);
    expect(await moves.restIn(source, partition)).toEqual({ rooms: 0, state: 'moved' });
    expect(await moves.restIn(target, partition)).toMatchObject({ state: 'active' });
  };

  it('keeps people waiting for less than two seconds, there and back', async () => {
    for (const way of ['there', 'and back']) {
      const { fault, ended } = moving(`a shard moves to another server: ${way}`, {});
      const report = await under(fault);
      await expectMoved(await ended());
      reports.expectKept(report, { stallMs: STALL_MS });
    }
  });

  it.each(['copying', 'following', 'switching', 'switched'] as const)('arrives when the process that runs the move is killed while it is %s', async (phase) => {
    let killed: TestServer | undefined;
    await moves.hold(phase);
    const { fault, ended } = moving(`kill -9 of the process that moves a shard (${phase})`, {
      happens: async () => {
        await moves.held();
        killed = await moves.runner();
        await killed.kill();
        await moves.release();
      },
      mend: async () => killed?.restart(),
    });
    const report = await under(fault);
    await expectMoved(await ended());
    reports.expectKept(report);
  });

  it.each(['copying', 'following'] as const)('stays where it was when the move is cancelled while it is %s', async (phase) => {
    await moves.hold(phase);
    const { fault, ended } = moving(`a move of a shard is cancelled (${phase})`, {
      happens: async () => {
        await moves.held();
        await moves.cancelHeld(partition);
      },
    });
    const report = await under(fault);
    const { phase: end, source, target } = await ended();
    expect(end).toBe('cancelled');
    expect(await moves.restIn(source, partition)).toMatchObject({ state: 'active' });
    expect(await moves.restIn(target, partition)).toEqual({ rooms: 0, state: undefined });
    reports.expectKept(report, { stallMs: STALL_MS });
  });

  it.each([
    ['source', 'copying'],
    ['source', 'switching'],
    ['target', 'copying'],
    ['target', 'switching'],
  ] as const)('arrives although the database of its %s is killed while it is %s', async (end, phase) => {
    let server: TestServer | undefined;
    await moves.hold(phase);
    const { fault, ended } = moving(`the ${end} of a moving shard killed (${phase}), back ${String(OUTAGE_MS / 1_000)} s later`, {
      happens: async (move) => {
        await moves.held();
        server = cluster.node(`postgres-${move[end]}`);
        await server.kill();
        await moves.release();
      },
      mend: async () => server?.restart(),
      lastsMs: OUTAGE_MS,
    });
    const report = await under(fault);
    await expectMoved(await ended());
    reports.expectKept(report);
  });
});
