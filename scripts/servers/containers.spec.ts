import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** What stands for Docker: it notes what it is asked, runs a container's program as it is on this machine, and passes signals on. */
const DOCKER = `#!/usr/bin/env node
const { spawn } = require('node:child_process');
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const [verb, ...args] = process.argv.slice(2);
appendFileSync(join(__dirname, 'calls'), JSON.stringify([verb, ...args]) + '\\n');
const file = (name) => join(__dirname, name + '.pid');
const after = (option) => args[args.indexOf(option) + 1];
if (verb === 'run') {
  const at = args.indexOf('--entrypoint');
  const child = spawn(args[at + 1], args.slice(at + 3), { stdio: 'inherit', cwd: after('--workdir') });
  writeFileSync(file(after('--name')), String(child.pid));
  child.on('exit', (code) => process.exit(code ?? 137));
} else if (verb === 'kill') process.kill(Number(readFileSync(file(args.at(-1)), 'utf8')), after('--signal'));
`;

/** Starts a server and prints its settings; then does what each line of its input says, and prints that it is done. */
const PROGRAM = `
const { start } = await import(process.argv[1]);
const server = await start(JSON.parse(process.argv[2]));
console.log(JSON.stringify(server.settings));
const { createInterface } = await import('node:readline');
for await (const verb of createInterface({ input: process.stdin })) {
  await (server.nodes?.[0] ?? server)[verb]();
  console.log(verb);
}
`;

describe('a server in a container', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-chat-containers-'));
    writeFileSync(join(folder, 'docker'), DOCKER);
    chmodSync(join(folder, 'docker'), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const calls = (): string[][] =>
    readFileSync(join(folder, 'calls'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);

  it('has the network, the files and the user of this machine, and is crashed, paused and stopped through Docker', async () => {
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, SERVERS_FROM: 'docker' };
    const args = ['--input-type=module', '-e', PROGRAM, pathToFileURL(join(__dirname, 'redis.mjs')).href, JSON.stringify({ folder })];
    const runner = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: runner.stdout })[Symbol.asyncIterator]();
    const { value } = (await lines.next()) as { value: string };
    const port = new URL((JSON.parse(value) as { REDIS_URL: string }).REDIS_URL).port;
    for (const verb of ['pause', 'resume', 'kill', 'start', 'stop']) {
      runner.stdin.write(`${verb}\n`);
      expect((await lines.next()).value).toBe(verb);
    }
    runner.stdin.end();
    await once(runner, 'exit');

    const asked = calls();
    const [run = []] = asked.filter(([verb]) => verb === 'run');
    const user = `${String(process.getuid?.())}:${String(process.getgid?.())}`;
    expect(asked.slice(0, 2)).toEqual([
      ['version', '--format', '{{.Server.Version}}'],
      ['image', 'inspect', 'redis:7.4-alpine'],
    ]);
    expect(run.slice(0, 4)).toEqual(['run', '--rm', '--name', expect.stringMatching(/^agent-chat-redis-\d+-1$/)]);
    expect(run.slice(4, 12)).toEqual(['--network', 'host', '--user', user, '--volume', `${folder}:${folder}`, '--workdir', join(folder, 'redis')]);
    expect(run.slice(12, 17)).toEqual(['--entrypoint', 'redis-server', 'redis:7.4-alpine', '--port', port]);
    const signals = asked.filter(([verb]) => verb === 'kill').map(([, , signal]) => signal);
    expect(signals).toEqual(['SIGSTOP', 'SIGCONT', 'SIGKILL', 'SIGCONT', 'SIGTERM', 'SIGCONT']);
    expect(asked.filter(([verb]) => verb === 'run')).toHaveLength(2);
  });
});
