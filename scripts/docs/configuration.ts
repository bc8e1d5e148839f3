import { describeSettings, type SettingRow } from '@agent-chat/config';

const INTRODUCTION = `# Configuration

Generated from the schema in \`libs/config\`. Every setting is an environment variable; a standalone needs none of them. In a cluster
every process is given \`PROFILE=cluster\`, \`PUBLIC_URL\`, \`INTERNAL_SECRET\`, \`DATABASE_URL\`, \`KAFKA_BROKERS\`, and \`REDIS_URL\`, \`REDIS_SENTINELS\` or \`REDIS_CLUSTER_NODES\`.
An empty value counts as absent. A wrong one stops the start with one message that lists every problem and its fix.
Those marked *secret* may also be given as \`NAME_FILE\`, the path of a file that holds the value.
`;

/** The reference of all settings, as files to write. */
export function generate(): { path: string; content: string }[] {
  const areas = new Map<string, SettingRow[]>();
  for (const row of describeSettings()) areas.set(row.area, [...(areas.get(row.area) ?? []), row]);
  const sections = [...areas].map(([area, rows]) => `## ${area}\n\n${table(rows)}\n`);
  return [{ path: 'docs/configuration.md', content: [INTRODUCTION, ...sections].join('\n') }];
}

function table(rows: readonly SettingRow[]): string {
  const lines = rows.map((row) => {
    const name = row.secret ? `\`${row.name}\` (*secret*)` : `\`${row.name}\``;
    return `| ${[name, defaultOf(row), row.unit, row.description].map(cell).join(' | ')} |`;
  });
  return ['| Setting | Default | Unit | Meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function defaultOf(row: SettingRow): string {
  return row.default.includes(' ') ? row.default : `\`${row.default}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
