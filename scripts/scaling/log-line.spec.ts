import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const MODULE = resolve(__dirname, 'log-line.mjs');

interface Read {
  readonly level: string;
  readonly text: string;
}

/** Reads the lines of one process in order, each knowing the level of the one before. */
function read(...lines: string[]): Read[] {
  const program = `import { readLine } from ${JSON.stringify(MODULE)};
    let previous;
    const read = (line) => { const told = readLine(line, previous); previous = told.level; return told; };
    console.log(JSON.stringify(JSON.parse(process.argv[1]).map(read)));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(lines)], { encoding: 'utf8' })) as Read[];
}

const levels = (...lines: string[]): string[] => read(...lines).map(({ level }) => level);

describe('a line of the combined log', () => {
  it('says of an app what it said, who in it said it, and why', () => {
    const line = { level: 'warn', time: '2026-11-21T13:35:44.133Z', context: 'Adapters', err: { message: 'no coordinator' }, msg: 'will try again' };
    expect(read(JSON.stringify(line))).toEqual([{ level: 'warn', text: '[Adapters] will try again: no coordinator' }]);
    expect(read(JSON.stringify({ level: 'info', msg: 'started' }))).toEqual([{ level: 'info', text: 'started' }]);
  });

  it('tells from the words of each server how severe it is; what it says unasked is for debugging', () => {
    expect(levels('[2026-11-21] INFO ready (kafka.Server)', '2026-11-21 UTC [1] LOG:  checkpoint starting', '1:M 21 Nov 2026 * Ready')).toEqual([
      'debug',
      'debug',
      'debug',
    ]);
    expect(levels('22 WARN [main] slow', '1:M # WARNING Memory overcommit', '2026/11/21 [warn] 1#1: buffered')).toEqual(['warn', 'warn', 'warn']);
    expect(levels('ERROR:  deadlock detected', '2026/11/21 [error] 1#1: upstream', 'PANIC:  no space', '2026/11/21 [emerg] 1#1: bind')).toEqual([
      'error',
      'error',
      'fatal',
      'fatal',
    ]);
  });

  it('gives the lines of a stack the level of the line that they belong to', () => {
    expect(levels('ERROR broken', '\tat one', 'Caused by: two', 'INFO fine', '\tat three')).toEqual(['error', 'error', 'error', 'debug', 'debug']);
  });

  it('does not alarm anybody about a server that is asked whether it is ready', () => {
    expect(levels('FATAL:  the database system is starting up')).toEqual(['debug']);
  });

  it('shows as it is what only looks like JSON, or has no level that it knows', () => {
    expect(read('{"level":"warn', '{"level":99}')).toEqual([
      { level: 'debug', text: '{"level":"warn' },
      { level: 'debug', text: '{"level":99}' },
    ]);
  });
});
