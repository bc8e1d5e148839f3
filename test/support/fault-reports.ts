import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type FaultReport } from './fault-load';

const FOLDER = resolve(__dirname, '../../test-output/faults');

/** What a fault may cost, in the room that it hits worst. */
interface Limits {
  /** From the fault, or from when it was mended if nothing goes on before, to an acknowledgement. */
  readonly backWithinMs?: number;
  /** The wait for any one acknowledgement. */
  readonly stallMs?: number;
  /** From an acknowledgement until everybody who reads has the message. */
  readonly deliveredWithinMs?: number;
  /** Readers are told that history was replaced. */
  readonly isRestore?: boolean;
}

/** The contract's 10 s, and half as much again where two processors do all of it. */
const BACK_WITHIN_MS = 15_000;

/** Keeps what each fault did: prints it at once, and writes all of it to test-output/faults for whoever makes a report. */
export class FaultReports {
  private readonly reports: FaultReport[] = [];

  constructor(private readonly suite: string) {}

  /** Fails where the promise was broken, where the verifier would not have noticed, or where sends were not acknowledged again in time. */
  expectKept(report: FaultReport, { backWithinMs = BACK_WITHIN_MS, stallMs = Infinity, deliveredWithinMs = Infinity, isRestore = false }: Limits = {}): void {
    this.reports.push(report);
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, `${this.suite}.json`), JSON.stringify(this.reports, undefined, 2));
    process.stdout.write(`${lineOf(report)}\n`);
    expect(report.control).toEqual({ loss: true, duplicate: true, swap: true });
    expect(report).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, behind: 0 });
    expect(report.resyncs > 0).toBe(isRestore);
    expect(report.recoveredMs ?? report.firstAckMs).toBeLessThan(backWithinMs);
    expect(report.longestStallMs).toBeLessThan(stallMs);
    expect(report.latestDeliveryMs).toBeLessThan(deliveredWithinMs);
  }
}

function lineOf({
  fault,
  firstAckMs,
  recoveredMs,
  longestStallMs,
  latestDeliveryMs,
  perSecond,
  checked,
  lost,
  duplicated,
  reordered,
  resyncs,
  behind,
  examples,
}: FaultReport): string {
  const recovery = recoveredMs === undefined ? '' : ` (${String(recoveredMs)} ms after it was mended)`;
  const counts = Object.entries({ checked, lost, duplicated, reordered, resyncs, behind }).map(([what, count]) => `${what} ${String(count)}`);
  const shown = examples.length === 0 ? '' : `; ${JSON.stringify(examples)}`;
  return `${fault}: first ack after ${String(firstAckMs)} ms${recovery}, longest stall ${String(longestStallMs)} ms, latest delivery ${String(latestDeliveryMs)} ms, ${String(perSecond)} sends/s; ${counts.join(', ')}${shown}`;
}
