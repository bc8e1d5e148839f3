import { number, tableOf, text } from './record-table';

/** Until the page can be used: how long, and what the network carried. */
export function firstLoadTable(): string {
  const headings = ['network', 'visit', 'usable after, ms', 'longest, ms', 'KB, Brotli', 'KB, gzip', 'requests'];
  return tableOf(
    'first-load',
    headings,
    (row) => [
      text(row, 'network'),
      text(row, 'visit'),
      number(row, 'usable after ms (median)', 0),
      number(row, 'longest ms', 0),
      number(row, 'KB received'),
      number(row, 'KB gzipped'),
      number(row, 'requests', 0),
    ],
    2,
  );
}

/** Frames while a long room is scrolled. */
export function scrollTable(): string {
  return tableOf('scroll', ['', 'frames', 'frame ms p50 / 95 / 99 / max', 'over 50 ms', 'messages passed', 'JS heap, MB'], (row) => [
    text(row, 'what'),
    number(row, 'frames', 0),
    text(row, 'frame ms p50/95/99/max'),
    `${number(row, 'over 50 ms, %')}%`,
    number(row, 'messages passed', 0),
    number(row, 'JS heap MB'),
  ]);
}
