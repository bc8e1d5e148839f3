import { describeSettings } from '@agent-chat/config';
import { generate } from './configuration';

describe('the configuration page', () => {
  it('has one row for every setting, in tables that no default breaks', () => {
    const [page] = generate();
    expect(page?.path).toBe('docs/configuration.md');
    const rows = (page?.content ?? '').split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toHaveLength(describeSettings().length);
    for (const row of rows) expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5);
  });

  it('says which settings are secrets, and shows defaults with their units', () => {
    const content = generate()[0]?.content ?? '';
    expect(content).toContain(
      '| `DATABASE_URL` (*secret*) | the embedded Postgres under DATA_DIR |  | A Postgres (15 or newer) to use instead of the embedded one. May list several hosts,',
    );
    expect(content).toContain('| `DRAIN_MS` | `10000` | ms | How long clients are given to move to another node after SIGTERM. |');
  });
});
