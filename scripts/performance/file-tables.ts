import { NOT_RECORDED, table } from './markdown';
import { recordOf } from './record';
import { number, tableOf, text } from './record-table';

/** Large files on their way in, beside a plain copy. */
export function uploadTable(): string {
  return tableOf('upload', ['', 'MB/s', 'server, ms a MB', 'Postgres, ms a MB', 'load, ms a MB'], (row) => [
    `${text(row, 'server')}, ${text(row, 'at once')} at once`,
    number(row, 'MB/s', 0),
    number(row, 'server ms/MB', 2),
    number(row, 'postgres ms/MB', 2),
    number(row, 'load ms/MB', 2),
  ]);
}

/** A file on its way out, beside NGINX. */
export function serveTable(): string {
  return tableOf('serve', ['', 'MB/s', 'answers a second', 'ms p50 / 95 / 99 / max', 'server, ms a MB', 'server, µs an answer'], (row) => [
    `${text(row, 'server')}: ${text(row, 'asked')}`,
    number(row, 'MB/s', 0),
    number(row, 'requests/s', 0),
    text(row, 'p50/95/99/max ms'),
    number(row, 'server ms/MB', 2),
    number(row, 'server us/request', 0),
  ]);
}

/** Images until all that is made of them is there, beside bare sharp. */
export function thumbnailTable(): string {
  return tableOf('thumbnail', ['', 'smaller pictures', 'ready after, ms', 'bare sharp, ms', 'server, ms'], (row) => [
    text(row, 'images'),
    number(row, 'smaller pictures', Number.isInteger(row['smaller pictures']) ? 0 : 1),
    number(row, 'ready after ms', 0),
    number(row, 'bare sharp ms', 0),
    number(row, 'server ms', 0),
  ]);
}

/** Posts alone and while images wait, at both rates. */
export function mediaTable(): string {
  const rows = (['send-half-media', 'send-media'] as const).flatMap((name) => recordOf(name)?.rows ?? []);
  if (rows.length === 0) return NOT_RECORDED;
  const headings = ['', 'offered/s', 'acknowledged/s', 'ack ms p50 / 95 / 99 / max', 'delivery ms p50 / 95 / 99 / max'];
  const cells = rows.map((row) => [
    text(row, 'server'),
    number(row, 'offered', 0),
    number(row, 'achieved', 0),
    text(row, 'ack p50/95/99/max ms'),
    text(row, 'delivery p50/95/99/max ms'),
  ]);
  return table(headings, cells);
}

/** What a projection takes of an event when it is built again. */
export function projectionTable(): string {
  return tableOf('projection', ['', 'events', 'events a second', 'of one core', 'µs an event in Node', 'in Postgres'], (row) => [
    text(row, 'projection'),
    number(row, 'events', 0),
    number(row, 'events/s', 0),
    number(row, 'events/s a core', 0),
    number(row, 'us/event in Node', 1),
    number(row, 'us/event in Postgres', 1),
  ]);
}
