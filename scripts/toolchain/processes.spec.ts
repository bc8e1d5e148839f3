import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const MODULE = resolve(__dirname, 'processes.mjs');

/** What a Node program says, on Linux without anything on its PATH. */
function told(program: string): unknown {
  const script = `import { childrenOf } from ${JSON.stringify(MODULE)}; ${program}`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script, 'named'], {
      encoding: 'utf8',
      env: process.platform === 'linux' ? { PATH: '' } : process.env,
    }),
  );
}

describe('processes', () => {
  it('finds the children of a process where there is no ps', () => {
    const program = `import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 10_000)']);
      const found = childrenOf(process.pid);
      child.kill('SIGKILL');
      console.log(JSON.stringify(found.includes(child.pid)));`;
    expect(told(program)).toBe(true);
  });

  it('finds none of a process that is not there', () => {
    expect(told('console.log(JSON.stringify(childrenOf(2 ** 30)))')).toEqual([]);
  });
});
