import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { budgetTable, functionTable, limitTable, ownerTable, stageTable, unitTable } from '../performance/cost-tables';
import { mediaTable, projectionTable, serveTable, thumbnailTable, uploadTable } from '../performance/file-tables';
import { NOT_RECORDED } from '../performance/markdown';
import { type MeasurementName, MEASUREMENTS } from '../performance/measurements';
import { recordTable, targetTable } from '../performance/targets';
import { firstLoadTable, scrollTable } from '../performance/web-tables';

const PATH = 'docs/performance.md';
const ROOT = resolve(__dirname, '../..');
const MARKED = /(<!-- measured: ([\w-]+) -->)[^]*?(<!-- \/measured -->)/g;

const TABLES: Readonly<Record<string, () => string>> = {
  targets: targetTable,
  budget: budgetTable,
  stages: stageTable,
  owners: ownerTable,
  functions: functionTable,
  limits: limitTable,
  fanout: () => unitTable('profile-fanout'),
  history: () => unitTable('profile-history'),
  upload: uploadTable,
  serve: serveTable,
  thumbnail: thumbnailTable,
  media: mediaTable,
  projection: projectionTable,
  'first-load': firstLoadTable,
  scroll: scrollTable,
  'graph-send': () => graph('send', 'a message in the standalone'),
  'graph-send-cluster': () => graph('send-cluster', 'a message in a cluster: its gateway, chat, presence and analytics'),
  'graph-fanout': () => graph('fanout', 'a delivery to a large room'),
  'graph-history': () => graph('history', 'a page of history'),
  records: () => recordTable(Object.keys(MEASUREMENTS) as MeasurementName[]),
};

function graph(name: string, of: string): string {
  const path = `images/flame-${name}.svg`;
  return existsSync(join(ROOT, 'docs', path)) ? `[![Flame graph of ${of}](${path})](${path})` : NOT_RECORDED;
}

/** The page with its tables made anew from the records; its words are written by hand. */
export function generate(): { path: string; content: string }[] {
  return [{ path: PATH, content: withTables(readFileSync(join(ROOT, PATH), 'utf8'), TABLES) }];
}

/** Replaces what stands between `<!-- measured: name -->` and `<!-- /measured -->` by that table. */
export function withTables(page: string, tables: Readonly<Record<string, () => string>>): string {
  return page.replace(MARKED, (_, begin: string, name: string, end: string) => {
    const render = tables[name];
    if (render === undefined) throw new Error(`${PATH} asks for a table ${name}; there are ${Object.keys(tables).join(', ')}`);
    return `${begin}\n\n${render()}\n\n${end}`;
  });
}
