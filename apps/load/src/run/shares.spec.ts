import { type Options } from '../command-line';
import { checkDescriptors } from './preflight';
import { sharesOf, sourceAddresses, workersFor } from './shares';
import { SCENARIO } from './testing/sample-result';

const OPTIONS: Options = { scenario: 'sample', urls: ['http://localhost:3000'], openingRate: 500, makingWidth: 4, seed: 1 };

describe('sharesOf', () => {
  const person = (index: number) => ({ userId: `u${String(index)}`, username: `n${String(index)}`, accessToken: '', refreshToken: '', renewAtMs: 0 });
  const population = {
    people: [0, 1, 2, 3].map(person),
    rooms: [0, 1, 2].map((index) => ({ roomId: `r${String(index)}`, epoch: 1, head: 1 })),
    members: [
      [0, 1],
      [1, 2],
      [3, 2, 0],
    ],
  };
  const shares = sharesOf({ runId: 'run', options: OPTIONS, scenario: { ...SCENARIO, people: 4, connections: 8 }, workers: 2 }, population);

  it('gives each process its people, their rooms, and its part of the rates and connections', () => {
    expect(shares.map(({ people }) => people.map(({ userId }) => userId))).toEqual([
      ['u0', 'u1'],
      ['u2', 'u3'],
    ]);
    expect(shares[1]?.rooms.map(({ roomId }) => roomId)).toEqual(['r1', 'r2']);
    expect(shares[1]?.roomsOf).toEqual([[0, 1], [1]]);
    expect(shares.map(({ connections }) => connections)).toEqual([4, 4]);
    expect(shares.reduce((total, { rateShare }) => total + rateShare, 0)).toBeCloseTo(1, 9);
  });

  it('names the loopback by its number where it gives it further addresses', () => {
    const [share] = sharesOf({ runId: 'run', options: OPTIONS, scenario: { ...SCENARIO, people: 4, connections: 30_000 }, workers: 1 }, population);
    expect(share?.sources).toEqual(['127.0.0.2', '127.0.0.3']);
    expect(share?.urls).toEqual(['http://127.0.0.1:3000']);
    expect(shares[0]?.urls).toEqual(['http://localhost:3000']);
  });

  it('has each room judged by one process', () => {
    expect(shares.map(({ judges }) => judges)).toEqual([
      [true, true, false],
      [false, true],
    ]);
  });
});

describe('many connections', () => {
  it('take a process for each 15,000', () => {
    expect(workersFor(OPTIONS, { ...SCENARIO, people: 100, connections: 15_001 })).toBe(2);
    expect(workersFor({ ...OPTIONS, workers: 4 }, { ...SCENARIO, people: 3 })).toBe(3);
  });

  it('come from several addresses on one machine, and only there', () => {
    expect(sourceAddresses(['http://localhost:3000'], 25_000)).toEqual([]);
    expect(sourceAddresses(['http://127.0.0.1:3000'], 60_000)).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4']);
    expect(sourceAddresses(['http://localhost:3000', 'http://localhost:3001'], 50_000)).toEqual([]);
    expect(sourceAddresses(['http://localhost:3000', 'http://localhost:3001'], 60_000)).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4']);
    expect(sourceAddresses(['http://chat.example.com'], 100_000)).toEqual([]);
  });

  it('are refused where descriptors are too few, with what helps', () => {
    expect(() => checkDescriptors({ ...SCENARIO, people: 2_000, connections: 2_000 }, 1, 1_024)).toThrow(
      'Each of the 1 processes needs 2100 file descriptors and may have 1024: raise it with "ulimit -n 2100" in this shell, or take --workers 3.',
    );
    expect(() => checkDescriptors({ ...SCENARIO, people: 2_000, connections: 2_000 }, 3, 1_024)).not.toThrow();
  });
});
