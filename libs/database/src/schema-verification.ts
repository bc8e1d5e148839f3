import { type Client } from 'pg';
import { MigrationError } from './migration-error';
import { type Migration, type MigrationScope } from './migration-files';

interface AppliedRow {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly compatible_from: number | null;
}

/**
 * Compares what a database has with what this release brings; answers the migrations that a newer release has applied and this one runs with.
 * @throws MigrationError where one was changed after it was applied, or is unknown and doesn't say that this release may run with it.
 */
export async function verifySchema(client: Client, scope: MigrationScope, migrations: readonly Migration[]): Promise<string[]> {
  const own = new Map(migrations.map((migration) => [migration.version, migration]));
  const newest = migrations.at(-1)?.version ?? 0;
  const { rows } = await client.query<AppliedRow>('select version, name, checksum, compatible_from from schema_migrations where scope = $1 order by version', [
    scope,
  ]);
  const newer: string[] = [];
  for (const row of rows) {
    const migration = own.get(row.version);
    if (migration === undefined) {
      requireCompatible(row, scope, newest);
      newer.push(`${scope}/${row.name}`);
    } else if (migration.checksum !== row.checksum) {
      throw new MigrationError(`The migration ${scope}/${row.name} was changed after it was applied: restore it, and put the change into a new migration.`);
    }
  }
  return newer;
}

/** One that says nothing is for releases that know it. So is one from between two that are known: it is of another line of releases. */
function requireCompatible({ version, name, compatible_from: from }: AppliedRow, scope: MigrationScope, newest: number): void {
  const oldest = from ?? version;
  if (version > newest && newest >= oldest) return;
  const what = `The database has the migration ${scope}/${name}, which this release doesn't know`;
  if (version <= newest) throw new MigrationError(`${what}, though it knows later ones: it is of another line of releases. Start the one that brought it.`);
  throw new MigrationError(
    `${what}: it takes a release with the ${scope} migration ${numberOf(oldest)}, and this one ends with ${numberOf(newest)}. Start that release or a newer one.`,
  );
}

function numberOf(version: number): string {
  return String(version).padStart(4, '0');
}
