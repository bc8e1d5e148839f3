import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const MODULE = resolve(__dirname, 'ratios.mjs');

function call(name: 'medianOf' | 'ratios', ...args: readonly unknown[]): unknown {
  const program = `import * as module from ${JSON.stringify(MODULE)}; console.log(JSON.stringify(module.${name}(...JSON.parse(process.argv[1]))));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(args)], { encoding: 'utf8' }));
}

describe('the comparison of two runs of a benchmark', () => {
  it('takes the median of each figure that every run has as a number', () => {
    const runs = [
      { a: 3, b: 1, verdict: 'ok', c: 1 },
      { a: 1, b: 2, verdict: 'ok' },
      { a: 2, b: 9, verdict: 'ok' },
    ];
    expect(call('medianOf', runs)).toEqual({ a: 2, b: 2 });
    expect(call('medianOf', [{ a: 1 }, { a: 4 }])).toEqual({ a: 2.5 });
  });

  it('divides what both have', () => {
    expect(call('ratios', { a: 3, b: 0, c: 5, d: 1 }, { a: 2, b: 0, c: 0 })).toEqual([
      { figure: 'a', here: 3, there: 2, ratio: 1.5 },
      { figure: 'b', here: 0, there: 0, ratio: 1 },
      { figure: 'c', here: 5, there: 0 },
    ]);
  });
});
