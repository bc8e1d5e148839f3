import { Gatherer } from './gatherer';

describe('Gatherer', () => {
  it('puts what is asked for in one turn into one question, each key once, and gives each its own answer', async () => {
    const asked: (readonly number[])[] = [];
    const gatherer = new Gatherer<number, string>((keys) => {
      asked.push(keys);
      return Promise.resolve(new Map(keys.filter((key) => key !== 3).map((key) => [key, `answer ${String(key)}`])));
    });
    const answers = await Promise.all([1, 2, 1, 3].map((key) => gatherer.load(key)));
    expect(answers).toEqual(['answer 1', 'answer 2', 'answer 1', undefined]);
    await gatherer.load(1);
    expect(asked).toEqual([[1, 2, 3], [1]]);
  });

  it('has two questions under way at most, and asks for so many keys at a time', async () => {
    const asked: (readonly number[])[] = [];
    const answers: (() => void)[] = [];
    const gatherer = new Gatherer<number, number>((keys) => {
      asked.push(keys);
      return new Promise((resolve) => answers.push(() => resolve(new Map(keys.map((key) => [key, key])))));
    }, 3);
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const loads = [1, 2, 3, 4, 5, 6, 7, 8].map((key) => gatherer.load(key));
    await turn();
    expect(asked).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    loads.push(gatherer.load(9));
    answers[0]?.();
    await turn();
    expect(asked[2]).toEqual([7, 8, 9]);
    for (const answer of answers) answer();
    await expect(Promise.all(loads)).resolves.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('tells everybody of a failure, and asks again for the next', async () => {
    let isAway = true;
    const gatherer = new Gatherer<number, string>((keys) =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(new Map(keys.map((key) => [key, 'here']))),
    );
    const outcomes = await Promise.allSettled([gatherer.load(1), gatherer.load(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    await expect(gatherer.load(1)).resolves.toBe('here');
  });
});
