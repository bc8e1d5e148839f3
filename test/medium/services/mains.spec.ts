import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { eventually } from '@agent-chat/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

describe('the programs of the apps', () => {
  let test: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    test = await createTestDatabase('mains');
    dataDir = mkdtempSync(join(tmpdir(), 'agent-chat-mains-'));
  });
  afterAll(async () => {
    await test.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(['gateway', 'chat', 'presence', 'analytics'])('start by themselves, and drain and end on SIGTERM: %s', async (app) => {
    const port = await freePort();
    const env = { ...process.env, DATABASE_URL: test.url, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error', DRAIN_MS: '0' };
    const child = spawn(process.execPath, [join(ROOT, 'scripts/toolchain/run-typescript.mjs'), join(ROOT, `apps/${app}/src/main.ts`)], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = once(child, 'exit');
    try {
      await eventually(
        async () => {
          const answer = await fetch(`http://127.0.0.1:${String(port)}/api/health/ready`);
          expect(answer.status).toBe(200);
        },
        { timeoutMs: 20_000, intervalMs: 50 },
      );
    } finally {
      child.kill('SIGTERM');
    }

    expect((await exited)[0]).toBe(0);
    expect(errors).toBe('');
  });
});
