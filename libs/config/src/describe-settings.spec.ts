import { describeSettings } from './describe-settings';
import { loadConfig } from './load-config';

describe('describeSettings', () => {
  it('describes every setting once', () => {
    const rows = describeSettings();
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    for (const row of rows) expect(row.description).toMatch(/\.$/);
    expect(rows.find((row) => row.name === 'OUTBOUND_QUEUE_BYTES')).toEqual({
      area: 'Limits',
      name: 'OUTBOUND_QUEUE_BYTES',
      description: 'How much may wait to be sent to one connection before it is closed with `SLOW_CONSUMER`.',
      default: '1048576',
      unit: 'bytes',
      secret: false,
    });
  });

  it('names the words that a setting takes', () => {
    const row = describeSettings().find(({ name }) => name === 'KAFKA_SASL_MECHANISM');
    expect(row?.description).toMatch(/ One of `none`, `plain`, `scram-sha-256`, `scram-sha-512`\.$/);
  });

  it('documents numeric defaults that the settings accept themselves', () => {
    const numbers = describeSettings().filter((row) => /^\d+$/.test(row.default));
    const env = Object.fromEntries(numbers.map((row) => [row.name, row.default]));
    expect(numbers.length).toBeGreaterThan(10);
    expect(loadConfig(env)).toEqual(loadConfig({}));
  });
});
