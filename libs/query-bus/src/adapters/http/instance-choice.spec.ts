import { deferred } from '@agent-chat/testing';
import { InstanceChoice } from './instance-choice';

describe('the choice of whom to ask', () => {
  const everybody = ['a:1', 'b:1', 'c:1'];

  it('takes the one of two at random that has less to do', async () => {
    // First of three, then the next one.
    const choice = new InstanceChoice(() => 0);
    expect(choice.pick(everybody)).toBe('a:1');
    const work = deferred();
    const busy = choice.during('a:1', work.promise);

    expect(choice.pick(everybody)).toBe('b:1');
    work.resolve();
    await busy;

    expect(choice.pick(everybody)).toBe('a:1');
  });

  it('looks at two, however many there are', () => {
    let looks = 0;
    const many = new Proxy(
      Array.from({ length: 1_000 }, (_, index) => `${index}:1`),
      {
        get: (target, key, receiver) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
          return Reflect.get(target, key, receiver) as unknown;
        },
      },
    );
    expect(new InstanceChoice().pick(many)).toMatch(/^\d+:1$/);
    expect(looks).toBe(2);
  });

  it('counts work that failed as done', async () => {
    const choice = new InstanceChoice(() => 0);

    await choice.during('a:1', Promise.reject(new Error('lost'))).catch(() => undefined);

    expect(choice.pick(everybody)).toBe('a:1');
  });

  it('never compares one with itself, and reaches everybody', () => {
    const choice = new InstanceChoice();
    const picked = new Set(Array.from({ length: 500 }, () => choice.pick(everybody)));

    expect([...picked].sort()).toEqual(everybody);
  });

  it('leaves out who could not be reached while there are others', () => {
    const choice = new InstanceChoice();
    choice.avoid('a:1');
    choice.avoid('b:1');

    expect(new Set(Array.from({ length: 50 }, () => choice.pick(everybody)))).toEqual(new Set(['c:1']));
    expect(['a:1', 'b:1']).toContain(choice.pick(everybody, 'c:1'));
    expect(choice.pick(['a:1'])).toBe('a:1');
    expect(choice.pick(['a:1'], 'a:1')).toBeUndefined();
    expect(choice.pick([])).toBeUndefined();
  });
});
