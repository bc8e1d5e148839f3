import { type Result, type Spread } from '../run/result';
import { ACTS } from '../scenario/scenario';
import { number } from './progress';

const HEADINGS = ['act', 'due', 'done', 'p50', 'p90', 'p99', 'p99.9', 'max', 'sent to answer p50 / p99', 'failed'];

/** The end of a run, as a terminal shows it. */
export function formatResult(result: Result): string {
  const { verdict, settings, opening, deliveries, reconnects, resyncs, repeated, unfinished, connectionErrors } = result;
  return [
    table(rowsOf(result)),
    'Times are milliseconds from when each act was due, so that waiting behind others counts.',
    '',
    `${number(opening.connections)} connections were open after ${number(opening.seconds)} s, ${number(opening.connections / Math.max(0.1, opening.seconds))} a second`,
    `${number(deliveries)} deliveries, ${number(reconnects)} reconnects, ${number(resyncs)} refused resumes, ${number(repeated)} posts repeated, ${number(unfinished)} acts unfinished${listOf(connectionErrors, '; connections: ')}`,
    `verified: ${number(verdict.checkedAcks)} acknowledgements and ${number(verdict.checkedDeliveries)} deliveries in ${number(verdict.checkedRooms)} rooms: lost ${number(verdict.lost)}, duplicated ${number(verdict.duplicated)}, reordered ${number(verdict.reordered)}; negative control ${controlText(verdict.control)}`,
    ...verdict.limits.map(
      ({ name, limit, value, held }) => `limit ${name} ${String(limit)}: ${value === null ? 'unknown' : String(value)}, ${held ? 'held' : 'BROKEN'}`,
    ),
    ...(settings.wasStopped ? ['stopped before its end'] : []),
    verdict.ok ? 'PASSED' : `FAILED: ${verdict.reasons.join('; ')}`,
  ].join('\n');
}

export function controlText(control: Result['verdict']['control']): string {
  return { passed: 'passed', failed: 'FAILED', none: 'not possible: too little was delivered' }[control];
}

/** `: CODE 3, OTHER 1`, or nothing. */
export function listOf(counts: Readonly<Record<string, number>>, before = ''): string {
  const all = Object.entries(counts);
  return all.length === 0 ? '' : before + all.map(([code, count]) => `${code} ${number(count)}`).join(', ');
}

export function rowsOf({ acts, delivery, ackToDelivery }: Result): string[][] {
  const used = ACTS.filter((act) => acts[act].offered + acts[act].done > 0);
  const rows = used.map((act) => {
    const { offered, done, due, service, errors } = acts[act];
    return [act, number(offered), number(done), ...spread(due), `${ms(service.p50)} / ${ms(service.p99)}`, listOf(errors) || '0'];
  });
  const events = (name: string, of: Spread): string[] => [name, '', number(of.count), ...spread(of), '', ''];
  return [HEADINGS, ...rows, events('delivery', delivery), events('ack to delivery', ackToDelivery)];
}

export function ms(value: number | null): string {
  return value === null ? '-' : value >= 100 ? number(Math.round(value)) : String(Math.round(value * 10) / 10);
}

function spread({ p50, p90, p99, p999, max }: Spread): string[] {
  return [p50, p90, p99, p999, max].map(ms);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 || column === row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
