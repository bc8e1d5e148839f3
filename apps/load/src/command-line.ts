import { parseArgs } from 'node:util';
import { Mistake } from './mistake';
import { scenarioNames } from './scenario/read-scenario';

export const usage = (): string => `Usage: npm run load -- <scenario> --url <url> [options]

  <scenario>           one of ${scenarioNames().join(', ')}, or a file

  --url <url>          where the system is, such as http://localhost:3000; several, with commas, are used in turn
  --rate <n>           posts a second; the scenario's other acts keep their proportion
  --seconds <n>        length of all phases together
  --connections <n>    with as many people, and rooms in proportion
  --report <file>      the HTML report; .data/load/<run>.html unless given
  --json <file>        all figures; <report>.figures.json unless given
  --people <file>      people and rooms of an earlier run with the same ones are used again; what is missing is made and kept here
  --workers <n>        processes; one for each 15,000 connections unless given
  --opening-rate <n>   connections opened a second; 500 unless given
  --making-width <n>   registrations and rooms made at a time; 4 unless given
  --seed <n>           of everything that is left to chance; 1 unless given
  --inject <kind>      loss, duplicate or swap: spoils one delivery, to see that it is found

Ends with 0 if nothing acknowledged was lost, doubled or reordered and every limit held, with 1 if not, and with 2 if it could not run.`;

export type Injection = 'loss' | 'duplicate' | 'swap';
const INJECTIONS = ['loss', 'duplicate', 'swap'];

/** What the command line says, checked. */
export interface Options {
  readonly scenario: string;
  readonly urls: readonly string[];
  readonly rate?: number | undefined;
  readonly seconds?: number | undefined;
  readonly connections?: number | undefined;
  readonly report?: string | undefined;
  readonly json?: string | undefined;
  readonly people?: string | undefined;
  readonly workers?: number | undefined;
  readonly openingRate: number;
  readonly makingWidth: number;
  readonly seed: number;
  readonly inject?: Injection | undefined;
}

const text = { type: 'string' } as const;
const OPTIONS = {
  url: { type: 'string', multiple: true },
  rate: text,
  seconds: text,
  connections: text,
  report: text,
  json: text,
  people: text,
  workers: text,
  'opening-rate': text,
  'making-width': text,
  seed: text,
  inject: text,
  help: { type: 'boolean', default: false },
} as const;

/** Throws a `Mistake` with all that is wrong; `undefined` where help was asked for. */
export function readCommandLine(words: readonly string[]): Options | undefined {
  const { values, positionals } = parsed(words);
  if (values.help) return undefined;
  const mistakes = mistakesOf(values, positionals);
  const number = (name: NumberName): number | undefined => {
    const given = values[name];
    if (given === undefined) return undefined;
    const value = Number(given);
    const least = LEAST[name];
    if (!Number.isFinite(value) || value < least) mistakes.push(`--${name} must be a number from ${String(least)}, not ${given}`);
    return value;
  };
  const { report, json, people } = values;
  const options: Options = {
    ...{ scenario: positionals[0] ?? '', urls: urlsOf(values), report, json, people, inject: values.inject as Injection | undefined },
    ...{ rate: number('rate'), seconds: number('seconds'), connections: number('connections'), workers: number('workers') },
    ...{ openingRate: number('opening-rate') ?? 500, makingWidth: number('making-width') ?? 4, seed: number('seed') ?? 1 },
  };
  if (mistakes.length > 0) throw new Mistake(`${mistakes.join('\n')}\n\n${usage()}`);
  return options;
}

/** The smallest number that each may be. */
const LEAST = { rate: 0, seconds: 1, connections: 2, workers: 1, 'opening-rate': 1, 'making-width': 1, seed: 0 } as const;
type NumberName = keyof typeof LEAST;
type Values = ReturnType<typeof parsed>['values'];

function mistakesOf(values: Values, positionals: readonly string[]): string[] {
  const urls = urlsOf(values);
  return [
    ...(positionals.length === 1 ? [] : [`Name one scenario: ${scenarioNames().join(', ')}, or a file`]),
    ...(urls.length === 0 ? ['Say where the system is: --url http://localhost:3000'] : []),
    ...urls.filter((url) => !isHttp(url)).map((url) => `--url must be such as http://localhost:3000, not ${url}`),
    ...(values.inject === undefined || INJECTIONS.includes(values.inject) ? [] : [`--inject must be one of ${INJECTIONS.join(', ')}`]),
  ];
}

function urlsOf({ url = [] }: Values): string[] {
  return url.flatMap((each) => each.split(',')).map((each) => each.replace(/\/+$/, ''));
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage()}`);
  }
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
