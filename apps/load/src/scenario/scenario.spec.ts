import { Mistake } from '../mistake';
import { override } from './override';
import { parseScenario, readScenario, scenarioNames } from './read-scenario';

const SMALL = {
  people: 10,
  rooms: { count: 5, sizes: { fixed: 4 } },
  mix: { post: 20, read: 10 },
  phases: [
    { kind: 'ramp', seconds: 5 },
    { kind: 'steady', seconds: 15 },
  ],
};

const parse = (scenario: object) => parseScenario(JSON.stringify({ ...SMALL, ...scenario }), 'file.json');
const mistakes = (scenario: object): string[] => {
  try {
    parse(scenario);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(Mistake);
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
};

describe('a scenario', () => {
  it('has what it leaves out filled in', () => {
    expect(parse({})).toMatchObject({
      arrivals: 'poisson',
      limits: {},
      mix: { edit: 0, read: 10 },
      phases: [{ from: 0, to: 1 }, { rate: 1 }],
      rooms: { kind: 'private' },
    });
  });

  it('of the tool itself is a right one', () => {
    expect(scenarioNames()).toEqual(['big-room', 'everyone-writes', 'idle', 'overload', 'reconnect-storm', 'rooms-of-ten', 'spike', 'standard']);
    for (const name of scenarioNames()) expect(readScenario(name).name).toBe(name);
  });

  it('is refused with one line for each mistake', () => {
    expect(mistakes({ people: 1 })).toContain('people must be at least 2');
    expect(mistakes({ mix: { post: -1, wave: 2 } })).toEqual(['mix.post must not be negative', 'mix has a field wave, which means nothing']);
    expect(mistakes({ phases: [{ kind: 'rest', seconds: 1 }] })).toEqual(['phases[0].kind must be one of ramp, steady, spike, storm']);
    expect(mistakes({ phases: [{ kind: 'steady', seconds: 0 }] })).toEqual(['phases[0].seconds must be more than 0 seconds']);
    expect(mistakes({ phases: undefined })).toEqual(['phases must be a list of phases']);
    expect(mistakes({ limits: { ackP99Ms: 'fast' } })).toEqual(['limits.ackP99Ms must be a number of milliseconds']);
    expect(mistakes({ rooms: undefined })).toHaveLength(1);
  });

  it('is refused where its parts contradict each other', () => {
    expect(mistakes({ rooms: { count: 1, sizes: { fixed: 11 } } })).toEqual(['rooms.sizes hold up to 11 people, but there are only 10']);
    expect(mistakes({ connections: 5 })).toEqual(['connections must be at least as many as people (10): each person has at least one']);
    expect(mistakes({ text: { median: 50, max: 10 } })).toEqual(['text.median must not be more than max']);
  });

  it('that is no JSON, or is not there, is told as that', () => {
    expect(() => parseScenario('{', 'file.json')).toThrow(/^file\.json is not JSON/);
    expect(() => readScenario('nowhere')).toThrow(/There is no scenario or file nowhere\. The scenarios are big-room/);
  });
});

describe('override', () => {
  it('changes the rate of posts, and the other acts with it', () => {
    expect(override(parse({}), { rate: 40 }).mix).toMatchObject({ post: 40, read: 20, edit: 0 });
  });

  it('changes the length, and keeps the phases in proportion', () => {
    expect(override(parse({}), { seconds: 40 }).phases.map(({ seconds }) => seconds)).toEqual([10, 30]);
  });

  it('changes the number of connections, people and rooms, not what a room is', () => {
    expect(override(parse({}), { connections: 20 })).toMatchObject({ people: 20, connections: 20, rooms: { count: 10, sizes: { fixed: 4 } } });
    expect(override(parse({}), { connections: 3 })).toMatchObject({ people: 3, rooms: { sizes: { fixed: 3 } } });
  });

  it('keeps a room of everybody one room of everybody', () => {
    const one = parse({ rooms: { count: 1, sizes: { fixed: 10 } } });
    expect(override(one, { connections: 30 }).rooms).toMatchObject({ count: 1, sizes: { fixed: 30 } });
  });
});
