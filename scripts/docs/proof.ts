import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Fault {
  readonly fault: string;
  readonly firstAckMs: number;
  readonly recoveredMs?: number;
  readonly longestStallMs: number;
  readonly acknowledged: number;
  readonly perSecond?: number;
  readonly checked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly resyncs: number;
}

type Total = Omit<Fault, 'fault' | 'firstAckMs' | 'longestStallMs' | 'perSecond'>;

interface Run {
  readonly date: string;
  readonly commit: string;
  readonly seed: number;
  readonly machine: { readonly processors: number; readonly memoryGb: number; readonly node: string };
  readonly total: Total;
}

interface Proof extends Run {
  readonly faults: readonly Fault[];
}

interface Soak extends Run {
  readonly minutes: number;
  readonly faults: number;
  readonly recoveryMs: number;
  readonly longestStallMs: number;
}

const RECORDS = join(resolve(__dirname, '../..'), 'docs/generated');
const HEADINGS = ['Fault', 'First ack', 'After mending', 'Longest stall', 'Sends/s', 'Acknowledged', 'Checked', 'Lost', 'Doubled', 'Reordered', 'Resyncs'];

/** The reports of the last recorded runs of the fault suite and of the soak, as files to write. */
export function generate(): { path: string; content: string }[] {
  const proof = recorded<Proof>('proof.json');
  if (proof === undefined) return [];
  const soak = recorded<Soak>('soak.json');
  return [{ path: 'docs/proof.md', content: document(proof) + (soak === undefined ? '' : soaked(soak)) }];
}

function recorded<Kind>(file: string): Kind | undefined {
  const path = join(RECORDS, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Kind) : undefined;
}

function soaked({ date, commit, seed, machine, minutes, faults, total, recoveryMs, longestStallMs }: Soak): string {
  return `
## A soak

\`npm run soak -- --record\` on ${date}, commit \`${commit}\`, seed ${String(seed)}, ${String(machine.processors)} processors: ${amount(faults)} faults at random, now and then two at once, in
${String(minutes)} minutes. **${amount(total.checked)} acknowledgements and deliveries were checked: ${amount(total.lost)} lost, ${amount(total.duplicated)} doubled, ${amount(total.reordered)} reordered.**
The slowest recovery took ${seconds(recoveryMs)}, the longest stall of any one message ${seconds(longestStallMs)}.
`;
}

function document({ date, commit, seed, machine, total, faults }: Proof): string {
  const { checked, lost, duplicated, reordered } = total;
  return `# What was proven

Generated from a run of \`npm run test:infrastructure -- --record\` on ${date}, commit \`${commit}\`, seed ${String(seed)} for the faults at random, on one machine with
${String(machine.processors)} processors and ${String(machine.memoryGb)} GB (Node ${machine.node}): servers, apps, and the clients that write and read share it.

**${amount(checked)} acknowledgements and deliveries were checked under ${String(faults.length)} faults: ${amount(lost)} lost, ${amount(duplicated)} doubled, ${amount(reordered)} reordered.**

Real clients write to and read from rooms over both gateways all the time. When a fault is over, each acknowledged message has to be in its room's log once, where its
acknowledgement said, and each reader has to have seen every log to its end, in order, without a hole and without a repeat. Where a history was replaced by an older one, readers
have to be told to read anew (*Resyncs*) before they see anything of it, and a message may lie elsewhere than was acknowledged before. After each fault the checker itself is checked: a loss, a
duplicate and a swap put into a copy of what it observed must each be found.

*First ack*: from when the fault had happened (a rolling restart, a storm of reconnects: was over) until a message that was sent since was acknowledged, in the room that waited longest. *After mending*: the same from when the server was back. *Longest
stall*: the longest that any one message waited for its acknowledgement, meanwhile sent again under its key. *Sends/s*: acknowledged ones, standstill included.

| ${HEADINGS.join(' | ')} |
| ${HEADINGS.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |
${faults.map(row).join('\n')}
`;
}

function row(fault: Fault): string {
  const { firstAckMs, recoveredMs, longestStallMs, perSecond, acknowledged, checked, lost, duplicated, reordered, resyncs } = fault;
  const times = [
    seconds(firstAckMs),
    recoveredMs === undefined ? '' : seconds(recoveredMs),
    seconds(longestStallMs),
    perSecond === undefined ? '' : amount(perSecond),
  ];
  return `| ${[fault.fault, ...times, ...[acknowledged, checked, lost, duplicated, reordered, resyncs].map(amount)].join(' | ')} |`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function amount(count: number): string {
  return count.toLocaleString('en-US');
}
