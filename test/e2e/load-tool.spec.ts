import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const TOOL = resolve(__dirname, '../../dist/apps/load/main.js');
const SCENARIO = {
  people: 8,
  connections: 12,
  rooms: { count: 4, sizes: { min: 2, max: 6, exponent: 1.5 } },
  mix: { post: 40, edit: 4, reaction: 4, read: 8, typing: 4, history: 4, reconnect: 2 },
  phases: [
    { kind: 'ramp', seconds: 1 },
    { kind: 'storm', seconds: 2, share: 0.5 },
  ],
};

jest.setTimeout(120_000);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the load tool', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-load-'));
  const report = join(folder, 'report.html');
  const people = join(folder, 'people.json');
  const scenario = join(folder, 'tiny.json');
  let system: TestedSystem;

  beforeAll(async () => {
    writeFileSync(scenario, JSON.stringify(SCENARIO));
    system = await startSystem();
  });
  afterAll(async () => {
    await system.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...words: string[]): { child: ChildProcess; ended: Promise<Ended> } => {
    const child = spawn(process.execPath, [TOOL, scenario, '--report', report, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (chunk: Buffer) => (printed[stream] += chunk.toString()));
    return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed })) };
  };
  const run = (...words: string[]) => start('--url', system.url, '--people', people, ...words).ended;
  const figures = () => JSON.parse(readFileSync(join(folder, 'report.figures.json'), 'utf8'));

  it('finds nothing lost, doubled or reordered, over two processes, a storm and reconnects', async () => {
    const { code, stdout } = await run('--workers', '2');
    expect(stdout).toMatch(/lost 0, duplicated 0, reordered 0; negative control passed/);
    expect(stdout).toMatch(/PASSED/);
    expect(code).toBe(0);
    const { acts, verdict, series, deliveries } = figures();
    expect(acts.post.done).toBe(acts.post.offered);
    expect(verdict.checkedAcks).toBe(acts.post.done);
    expect(deliveries).toBeGreaterThan(acts.post.done);
    expect(acts.reconnect.done).toBeGreaterThan(0);
    expect(acts.reconnect.done).toBe(acts.reconnect.offered);
    expect(series.reduce((total: number, { done }: { done: number }) => total + done, 0)).toBeGreaterThan(100);
    expect(readFileSync(report, 'utf8')).toContain('<strong>Passed</strong>');
  });

  it.each([
    ['loss', 'lost'],
    ['duplicate', 'duplicated'],
    ['swap', 'reordered'],
  ])('reports a %s that was put in, and takes the people of the run before', async (kind, name) => {
    const { code, stdout } = await run('--inject', kind);
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED/);
    expect(figures().verdict[name]).toBeGreaterThan(0);
    expect(readFileSync(report, 'utf8')).toContain('<strong>Failed</strong>');
  });

  it('ends early, verified and reported, when it is told to', async () => {
    const { child, ended } = start('--url', system.url, '--people', people, '--seconds', '600');
    let isTold = false;
    child.stderr?.on('data', (chunk: Buffer) => {
      // A second signal would end it at once.
      if (!isTold && /posts \d+\/s/.test(chunk.toString())) isTold = child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/stopped before its end/);
    expect(figures().settings.wasStopped).toBe(true);
  });

  it('says what keeps it from running', async () => {
    const nowhere = await start('--url', 'http://127.0.0.1:9').ended;
    expect(nowhere.stderr).toMatch(/^Nothing answers at http:\/\/127\.0\.0\.1:9/);
    expect(nowhere.code).toBe(2);
    writeFileSync(scenario, JSON.stringify({ ...SCENARIO, people: 0 }));
    const { code, stderr } = await run();
    expect(stderr).toMatch(/tiny\.json is no scenario:\n {2}people must be at least 2/);
    expect(code).toBe(2);
  });
});
