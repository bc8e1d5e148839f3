import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { DeliveryVerifier } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { identityOf, soundLogs } from '../chat/room-folds';
import { type StoredEvent } from '../chat/stored-rooms';
import { type Run as Scenario, Run, stepsArbitrary } from './run';

// Faults are the point here: what the processes say about them would bury the report.
Logger.overrideLogger(false);

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 12);
/** `PROPERTY_SEED=<seed> PROPERTY_PATH=<path>` repeats what a failure has printed. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
const PATH = process.env['PROPERTY_PATH'];

/** An acknowledgement says what is stored, the same under each repeat of its key; a refusal leaves nothing behind (P8, P10). */
function expectAnswersToHold(run: Scenario, events: readonly StoredEvent[], verifier: DeliveryVerifier): void {
  const seqs = new Map<string, number>();
  const refused = new Set<string>();
  const acknowledged = new Set<string>();
  for (const { call, no, result, refusal, tries, isRepeat } of run.sent) {
    const name = `${call.roomId} ${call.actorId} ${call.key}`;
    if (isRepeat) expect(refusal).toBeUndefined();
    if (refusal !== undefined) refused.add(call.key);
    if (result === undefined) continue;
    acknowledged.add(call.key);
    expect(result.seq).toBe(seqs.get(name) ?? result.seq);
    seqs.set(name, result.seq);
    if (!result.changed) continue;
    const event = events.find(({ room_id: roomId, seq }) => roomId === call.roomId && seq === result.seq);
    expect(event).toMatchObject({ actor_id: call.actorId, created_at: result.committedAt });
    expect(run.requestIds.get(call.key)).toContain(event?.request_id);
    // Calls that are open at once have no order, and those that were sent again lie where the last one does.
    if (call.type === 'message.post')
      verifier.acknowledge({
        roomId: call.roomId,
        epoch: result.epoch,
        seq: result.seq,
        identity: result.messageId!,
        sender: `call ${no} of ${tries}`,
        sendNo: no,
      });
  }
  for (const key of refused) {
    if (acknowledged.has(key)) continue;
    expect(events.filter(({ request_id: requestId }) => run.requestIds.get(key)?.includes(requestId) === true)).toEqual([]);
  }
}

async function judge(test: TestDatabase, run: Scenario): Promise<void> {
  const verifier = new DeliveryVerifier();
  const { all, logs } = await soundLogs(test, run.rooms);
  expect(run.processes.flatMap(({ link }) => link.forbidden)).toEqual([]);
  expectAnswersToHold(run, all, verifier);
  for (const reader of run.readers) {
    for (const { roomId, epoch, seq, type, data } of reader.seen)
      verifier.deliver(reader.name, { roomId, epoch, seq, identity: identityOf(type, seq, data?.['messageId']) });
    expect(reader.seen.map(({ seq }) => seq)).toEqual(logs.get(reader.roomId)!.map(({ seq }) => seq));
    expect(reader.resyncs).toEqual([]);
  }
  expect(verifier.verify(logs)).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
}

describe('two chat processes and a gateway under any interleaving of faults', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase('whole_path');
  });
  afterAll(() => test.drop());

  it('store what they acknowledge once, refuse nothing falsely, and bring every reader every event once, in order (P6, P7, P8, P9, P10, P12, P18, P22, P23, P24, P27)', async () => {
    let fenced = 0;
    process.stderr.write(`PROPERTY_SEED=${SEED} repeats these runs\n`);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), stepsArbitrary, async (scheduler, steps) => {
        const run = new Run(test, scheduler);
        const play = async (): Promise<void> => {
          await run.start();
          for (const step of steps) await run.take(step);
          await run.finish();
        };
        await scheduler.waitFor(play());
        await judge(test, run);
        fenced += run.processes.reduce((sum, { link }) => sum + link.fenced, 0);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true, ...(PATH === undefined ? {} : { path: PATH }) },
    );
    process.stderr.write(`${fenced} commits were refused for their fence\n`);
  }, 240_000);
});
