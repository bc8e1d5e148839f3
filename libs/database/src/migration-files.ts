import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MigrationError } from './migration-error';

/** Which kind of database a migration is for: each keeps its own numbers, also where one database is both. */
export type MigrationScope = 'directory' | 'shard';

/** One step of the schema. */
export interface Migration {
  readonly scope: MigrationScope;
  readonly version: number;
  /** The file's name without `.sql`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text with LF line ends, so that a checkout on Windows counts as the same. */
  readonly checksum: string;
  /**
   * The number of an earlier migration: releases that bring that one and not this one may run on the schema as it is afterwards. It only adds what they
   * needn't know. Without it, only releases that bring this migration may.
   */
  readonly compatibleFrom: number;
}

const COMPATIBLE = /^-- compatible-from: (.*)$/m;

/** The migrations that this build brings. The same way from the sources and from `dist`. */
export const MIGRATIONS_FOLDER = resolve(__dirname, '../migrations');

/** The migrations of one kind in a folder that holds `directory/` and `shard/`, in the order of their numbers. */
export function readMigrations(folder: string, scope: MigrationScope): Migration[] {
  const migrations = readdirSync(join(folder, scope))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => readMigration(folder, scope, file))
    .sort((a, b) => a.version - b.version);
  const twice = migrations.find((migration, index) => migrations[index - 1]?.version === migration.version);
  if (twice !== undefined) throw new MigrationError(`Two ${scope} migrations have the number ${twice.version}: give one of them the next free number.`);
  return migrations;
}

function readMigration(folder: string, scope: MigrationScope, file: string): Migration {
  const match = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(file);
  if (match === null) throw new MigrationError(`${scope}/${file} must be named like 0001_name.sql.`);
  const sql = readFileSync(join(folder, scope, file), 'utf8').replaceAll('\r\n', '\n');
  const checksum = createHash('sha256').update(sql).digest('hex');
  const version = Number(match[1]);
  return { scope, version, name: file.slice(0, -'.sql'.length), sql, checksum, compatibleFrom: compatibleFrom(sql, version, `${scope}/${file}`) };
}

function compatibleFrom(sql: string, version: number, file: string): number {
  const said = COMPATIBLE.exec(sql)?.[1];
  if (said === undefined) return version;
  if (!/^\d{4}$/.test(said) || Number(said) >= version || Number(said) === 0) {
    throw new MigrationError(`${file} says "compatible-from: ${said}": it must be the number of an earlier migration, like 0001.`);
  }
  return Number(said);
}
