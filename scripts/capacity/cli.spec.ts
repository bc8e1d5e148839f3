import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mistake, run } from './cli';

describe('npm run capacity', () => {
  const printed: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'capacity-'));
  beforeEach(() => printed.splice(0));
  afterAll(() => rmSync(folder, { recursive: true }));
  const call = (...words: string[]): Promise<number> => run(words, (text) => printed.push(text));

  it('prints a plan', async () => {
    await expect(call('--users', '1000000', '--messages-per-minute', '1e6')).resolves.toBe(0);
    expect(printed[0]).toContain('1,000,000 connections and 1,000,000 messages a minute (16,667 a second)');
    for (const part of ['gateway', 'chat', 'kafka', 'redis', 'directory', 'shards']) expect(printed[0]).toMatch(new RegExp(`^${part} +\\d`, 'm'));
    expect(printed[0]).toMatch(/^first at its bound +\w+, at \d+\.\d+ times this load/m);
  });

  it('prints it as JSON', async () => {
    await call('--users', '5000', '--json');
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({ workload: { users: 5_000, connections: 5_000 }, partitions: 64 });
  });

  it('takes other prices', async () => {
    const file = join(folder, 'prices.json');
    writeFileSync(file, JSON.stringify({ asOf: '2026-01-01', currency: 'EUR', coreHour: 0, gbHour: 0, diskGbMonth: 0, egressGb: 0 }));
    await call('--prices', file);
    expect(printed[0]).toMatch(/altogether a month +0 EUR, by prices of 2026-01-01/);
  });

  it('names every mistake in a line of its own', async () => {
    const wrong = call('--users', 'many', '--busy', '2', '--retention-days', '0');
    await expect(wrong).rejects.toThrow(Mistake);
    await expect(wrong).rejects.toThrow(/^--users: .*\n--retention-days: .*\n--busy: .*$/);
  });

  it.each([[['--nonsense']], [['--simulate', 'nodes=x']], [['--prices', '/nowhere.json']], [['--simulate', 'stars=3']]])('refuses %j', async (words) => {
    await expect(call(...words)).rejects.toThrow(Mistake);
  });

  it('lists every option', async () => {
    await call('--help');
    for (const option of ['--users', '--database-disk-gb', '--prices', '--simulate', '--fit', '--check']) expect(printed[0]).toContain(option);
  });
});
