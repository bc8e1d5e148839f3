import { search, type Search } from './spin-model';

type Model = Search['model'];

/** The bounds for the intact protocol are in the models; without a safeguard smaller ones are enough to break something. */
const SMALLER: Record<Model, readonly string[]> = { ownership: ['RAISES=2'], publishing: [], delivery: ['EVENTS=3'] };

/** Safeguards overlap on purpose. For each: the invariant that it alone keeps. */
const SAFEGUARDS: readonly (readonly [Model, string, string])[] = [
  ['ownership', 'NO_FENCE', 'fencedCommitsNothing'],
  ['ownership', 'NO_OFFSET', 'decidedOnce'],
  ['ownership', 'NO_KEY', 'storedOnce'],
  ['ownership', 'NO_SEEK', 'nothingPassedOver'],
  ['ownership', 'NO_ANSWERS_LAST', 'noFalseRefusal'],
  ['ownership', 'NO_RETAKE', 'answersAreStored'],
  ['publishing', 'NO_CATCH_UP', 'topicIsComplete'],
  ['publishing', 'NO_PREVIOUS', 'effectOnce'],
  ['publishing', 'NO_READ_MISSING', 'complete'],
  ['delivery', 'NO_GAP_CHECK', 'noHole'],
  ['delivery', 'NO_DROP', 'onceEach'],
  ['delivery', 'NO_HEADS_CHECK', 'complete'],
];

/** What two safeguards keep together: it takes both removals to break it. */
const OVERLAPS: readonly (readonly [Model, readonly string[], string])[] = [
  ['ownership', ['NO_FENCE', 'NO_OFFSET'], 'noGapNoDouble'],
  ['ownership', ['NO_SEEK', 'NO_OFFSET'], 'inOrder'],
];

const figures: string[] = [];

async function searched(title: string, what: Search): Promise<string | undefined> {
  const { states, seconds, broken } = await search(what);
  figures.push(`${title.padEnd(64)}${String(states).padStart(10)} states${seconds.toFixed(1).padStart(7)} s  ${broken === undefined ? 'holds' : 'broken'}`);
  return broken;
}

describe('The checked model of the protocol', () => {
  afterAll(() => {
    process.stderr.write(`${figures.join('\n')}\n`);
  });

  it.each<Model>(['ownership', 'publishing', 'delivery'])(
    'keeps every invariant of %s in every behaviour within its bounds',
    async (model) => {
      expect(await searched(model, { model })).toBeUndefined();
    },
    180_000,
  );

  it.each<Model>(['publishing', 'delivery'])(
    'gets what is missing in %s to its end, and then rests',
    async (model) => {
      expect(await searched(`${model}, comesToRest`, { model, defines: SMALLER[model], liveness: true })).toBeUndefined();
    },
    60_000,
  );

  describe.each(SAFEGUARDS)('in %s with -D%s', (model, removal, invariant) => {
    const defines = [...SMALLER[model], ...(removal === 'NO_RETAKE' ? ['RECORDS=3'] : []), removal];

    it(`breaks ${invariant}`, async () => {
      const title = `${model} ${removal}, only ${invariant}`;
      expect(await searched(title, { model, defines: [...defines, 'ONLY', `ONLY_${invariant}`] })).toContain('assertion violated');
    }, 60_000);

    it(`breaks nothing but ${invariant}`, async () => {
      const title = `${model} ${removal}, without ${invariant}`;
      expect(await searched(title, { model, defines: [...defines, `WITHOUT_${invariant}`] })).toBeUndefined();
    }, 120_000);
  });

  it.each(OVERLAPS)(
    'in %s breaks with %j what either safeguard keeps: %s',
    async (model, removals, invariant) => {
      const defines = [...SMALLER[model], ...removals, 'ONLY', `ONLY_${invariant}`];
      expect(await searched(`${model} ${removals.join(' ')}, only ${invariant}`, { model, defines })).toContain('assertion violated');
    },
    60_000,
  );
});
