import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '..');

describe('npm run build', () => {
  let root: string;

  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  const build = () => /(\d+) of \d+ files written, (\d+) removed/.exec(node('scripts/build.mjs'))?.slice(1).map(Number);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'agent-chat-build-'));
    cpSync(join(REPOSITORY, 'scripts'), join(root, 'scripts'), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'), 'junction');
    write('tsconfig.json', JSON.stringify({ compilerOptions: { paths: { '@agent-chat/sum': ['libs/sum/src/index.ts'] } } }));
    write('libs/sum/src/index.ts', "export * from './sum';");
    write('libs/sum/src/sum.ts', 'export const sum = (one: number, other: number): number => one + other;');
    write('libs/sum/src/sum.spec.ts', 'never to be built');
    write('libs/sum/migrations/0001.sql', 'select 1;');
    write(
      'apps/adder/src/main.ts',
      "import { importJWK } from 'jose';\nvoid import('@agent-chat/sum').then(({ sum }) => console.log(sum(1, 2), typeof importJWK));",
    );
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('makes apps that run: aliases, lazy imports and packages that are ES modules only', () => {
    build();
    expect(node('dist/apps/adder/main.js')).toBe('3 function\n');
  });

  it('writes only what changed, and takes away what is gone', () => {
    expect(build()).toEqual([4, 0]);
    expect(build()).toEqual([0, 0]);
    write('libs/sum/src/sum.ts', 'export const sum = (): number => 4;');
    expect(build()).toEqual([1, 0]);
    expect(node('dist/apps/adder/main.js')).toBe('4 function\n');
    write('libs/sum/src/index.ts', 'export const sum = (): number => 5;');
    rmSync(join(root, 'libs/sum/src/sum.ts'));
    expect(build()).toEqual([1, 2]);
    expect(existsSync(join(root, 'dist/libs/sum/src/sum.js'))).toBe(false);
  });

  it('copies what is no code, and leaves tests out', () => {
    build();
    expect(existsSync(join(root, 'dist/libs/sum/migrations/0001.sql'))).toBe(true);
    expect(existsSync(join(root, 'dist/libs/sum/src/sum.spec.js'))).toBe(false);
  });

  it('names every file that it could not compile, and fails', () => {
    write('libs/sum/src/one.ts', 'export const = 1;');
    write('libs/sum/src/two.ts', 'export const = 2;');
    expect(build).toThrow(/libs\/sum\/src\/one\.ts/);
    expect(build).toThrow(/libs\/sum\/src\/two\.ts/);
  });
});
