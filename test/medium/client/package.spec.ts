import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = join(__dirname, '../../..');
const MODULES = join(ROOT, 'node_modules');
const MAX_GZIPPED_BYTES = 21 * 1024;

/** A project of somebody else that has installed the package. */
let consumer: string;
let installed: string;

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}`.trim() };
}

beforeAll(() => {
  const build = spawnSync(process.execPath, [join(ROOT, 'scripts/build-client.mjs')], { encoding: 'utf8' });
  expect(build.stderr + build.stdout).toContain('is ready');
  consumer = mkdtempSync(join(tmpdir(), 'agent-chat-consumer-'));
  installed = join(consumer, 'node_modules/@agent-chat/client');
  mkdirSync(join(consumer, 'node_modules/@agent-chat'), { recursive: true });
  cpSync(join(ROOT, 'dist/libs/client-package'), installed, { recursive: true });
  // Its dependencies as npm would lay them out: nothing else of this repository can be reached.
  for (const name of [
    'socket.io-client',
    '@socket.io',
    'engine.io-client',
    'engine.io-parser',
    'socket.io-parser',
    'debug',
    'ms',
    'ws',
    'xmlhttprequest-ssl',
    '@types',
  ]) {
    symlinkSync(join(MODULES, name), join(consumer, 'node_modules', name));
  }
}, 120_000);

afterAll(() => rmSync(consumer, { recursive: true, force: true }));

const USE = "const client = createClient({ url: 'http://localhost:1' }); console.log(client.state, new AgentChatError('X').code);";

describe('the published package', () => {
  it('is imported by ES modules and required by CommonJS', () => {
    expect(node('--input-type=module', '-e', `import { createClient, AgentChatError } from '@agent-chat/client'; ${USE}`)).toEqual({
      status: 0,
      output: 'offline X',
    });
    expect(node('--input-type=commonjs', '-e', `const { createClient, AgentChatError } = require('@agent-chat/client'); ${USE}`)).toEqual({
      status: 0,
      output: 'offline X',
    });
  });

  it.each([
    ['an ES module', 'use.mts'],
    ['CommonJS', 'use.cts'],
  ])(
    'has types of its own for %s',
    (_, file) => {
      const right = "import { createClient, type TimelineSnapshot } from '@agent-chat/client';\nconst client = createClient({ url: 'x' });\n";
      const check = (source: string) => {
        writeFileSync(join(consumer, file), source);
        const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom', '--types', 'node'];
        return node(join(MODULES, 'typescript/bin/tsc'), ...options, file);
      };
      expect(check(`${right}export const shown: TimelineSnapshot = client.room('r').timeline.getSnapshot();\n`)).toEqual({ status: 0, output: '' });
      expect(check(`${right}export const wrong: number = client.room('r').timeline.getSnapshot().items;\n`).output).toContain('TS2322');
    },
    120_000,
  );

  it('is small, and brings nothing but its socket', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    expect(Object.keys(manifest.dependencies)).toEqual(['socket.io-client']);
    for (const [file, imports] of [
      ['index.js', /from\s*["']([^"']+)["']/g],
      ['index.cjs', /require\(["'`]([^"'`]+)["'`]\)/g],
    ] as const) {
      const code = readFileSync(join(installed, file), 'utf8');
      expect([...new Set([...code.matchAll(imports)].map((match) => match[1]))]).toEqual(['socket.io-client']);
      expect(gzipSync(code).length).toBeLessThan(MAX_GZIPPED_BYTES);
    }
  });
});
