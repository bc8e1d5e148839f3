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
