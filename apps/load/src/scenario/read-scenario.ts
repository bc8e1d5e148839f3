import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type z } from 'zod';
import { Mistake } from '../mistake';
import { Scenario } from './scenario';

/** Beside the sources, and there in dist/ too. */
const FOLDER = join(__dirname, '../../scenarios');
const SUFFIX = '.json';

export interface NamedScenario {
  readonly name: string;
  readonly scenario: Scenario;
}

/** The scenarios that come with the tool. */
export function scenarioNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => basename(file, SUFFIX))
    .sort();
}

/** Reads one of the tool's own by its name, or any file by its path; throws a `Mistake` that lists everything that is wrong with it. */
export function readScenario(nameOrPath: string): NamedScenario {
  const isOwn = scenarioNames().includes(nameOrPath);
  const path = isOwn ? join(FOLDER, nameOrPath + SUFFIX) : nameOrPath;
  if (!existsSync(path)) throw new Mistake(`There is no scenario or file ${nameOrPath}. The scenarios are ${scenarioNames().join(', ')}.`);
  return { name: basename(path, SUFFIX), scenario: parseScenario(readFileSync(path, 'utf8'), path) };
}

/** `source` names the text in messages. */
export function parseScenario(text: string, source: string): Scenario {
  const parsed = Scenario.safeParse(jsonFrom(text, source));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.flatMap(explain);
  throw new Mistake(`${source} is no scenario:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function jsonFrom(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Mistake(`${source} is not JSON: ${(error as Error).message}`);
  }
}

/** One line for each mistake: where it is, and what is wrong. */
function explain(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`)).join('');
  const place = at === '' ? 'the scenario' : at.replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${place} has a field ${key}, which means nothing`);
  if (issue.code === 'invalid_type' && issue.input === undefined && issue.message.startsWith('Invalid'))
    return [`${place} is missing, or is not the ${issue.expected} it should be`];
  return [`${place} ${issue.message.replace(/^kind /, '')}`];
}
