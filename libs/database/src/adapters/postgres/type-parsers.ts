import { types, type CustomTypesConfig } from 'pg';

const INT8 = 20;
const INT8_ARRAY = 1016;
const TEXT_ARRAY = 1009;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;

type Parse = (text: string) => unknown;

// The driver declares an enumeration of types, though it takes any number, and has parsers for more than it lists.
const parserOf: (oid: number, format?: 'text' | 'binary') => Parse = types.getTypeParser;
const parseTextArray = parserOf(TEXT_ARRAY, 'text');
const parseDate = parserOf(TIMESTAMPTZ, 'text');

const OWN: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [INT8, Number],
  [INT8_ARRAY, (text) => parseArray(text, Number)],
  [DATE, (text) => text],
  [TIMESTAMP, (text) => text],
  [TIMESTAMPTZ, toIso],
  [TIMESTAMPTZ_ARRAY, (text) => parseArray(text, toIso)],
]);

/** How values arrive: `bigint` as a number (ids and counters stay below 2^53), instants as ISO 8601 UTC with milliseconds, JSON as values, `numeric` and the rest as the driver has it. */
export const typeParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): Parse {
    return OWN.get(oid) ?? parserOf(oid, format);
  },
};

function parseArray(text: string, parse: Parse): unknown[] {
  const items: unknown = parseTextArray(text);
  if (!Array.isArray(items)) throw new TypeError('The server sent an array that is none.');
  return items.map((item: unknown) => (typeof item === 'string' ? parse(item) : item));
}

// Connections run in UTC, so that an instant is rearranged, not computed: this is on the path of every message read.
function toIso(text: string): unknown {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text);
  if (match !== null) return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`;
  const value = parseDate(text);
  return value instanceof Date ? value.toISOString() : text;
}
