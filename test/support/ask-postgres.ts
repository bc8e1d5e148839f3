import { Client, type QueryResultRow } from 'pg';

/** One statement, on a connection of its own. */
export async function askPostgres<Row extends QueryResultRow>(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Several statements, as psql runs them; answers how many rows each of them touched. */
export async function runStatements(url: string, sql: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const results = (await client.query(sql)) as unknown as readonly { readonly rowCount: number | null }[];
    return results.map(({ rowCount }) => rowCount ?? 0);
  } finally {
    await client.end();
  }
}
