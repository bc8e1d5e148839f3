import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RUNTIME_STAGES, STAGES, UNATTRIBUTED } from './stages';

const ROOT = resolve(__dirname, '../..');
const OWN = /^(apps|libs)\//;
const ENDINGS = ['.ts', '.js', '.cjs', ''];

const rules = STAGES.flatMap(({ name, code }) => code.map((rule) => ({ name, rule })));

describe('the map of stages', () => {
  it.each(rules)('$name names code that is there: $rule', ({ rule }) => {
    const [path = '', name] = rule.replace(/\/$/, '').split('#');
    const file = ENDINGS.map((ending) => join(ROOT, OWN.test(path) ? '' : 'node_modules', `${path}${ending}`)).find((each) => existsSync(each));
    expect(file).toBeDefined();
    if (name === undefined) return;
    expect(statSync(file ?? '').isFile()).toBe(true);
    expect(readFileSync(file ?? '', 'utf8')).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it('names no code twice and no stage twice', () => {
    const paths = rules.map(({ rule }) => rule.replace(/\/$/, ''));
    const names = [...STAGES, ...RUNTIME_STAGES, UNATTRIBUTED].map(({ name }) => name);
    expect(new Set(paths).size).toBe(paths.length);
    expect(new Set(names).size).toBe(names.length);
  });
});
