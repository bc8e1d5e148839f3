import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const MODULE = resolve(__dirname, 'processes.mjs');

/** What a Node program says, on Linux without anything on its PATH. */
function told(program: string): unknown {
  const script = `import { argumentsOf, childrenOf } from ${JSON.stringify(MODULE)}; ${program}`;
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

  it('tells the arguments of a process, and nothing of one that is not there', () => {
    expect(told('console.log(JSON.stringify([argumentsOf(process.pid).includes("named"), argumentsOf(2 ** 30), childrenOf(2 ** 30)]))')).toEqual([
      true,
      '',
      [],
    ]);
  });
});
