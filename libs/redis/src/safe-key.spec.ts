import { safeKey } from './safe-key';

describe('safeKey', () => {
  it.each(['', 'limit:auth.login:someone', 'a|b~c'])('leaves %p as it is', (key) => {
    expect(safeKey(key)).toBe(key);
  });

  it('makes short and plain keys of all others, each its own', () => {
    const keys = ['{a}b', '{a}c', 'a b', 'Zoë', 'x'.repeat(201), 'x'.repeat(202)].map(safeKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^sha256-[\w-]{43}$/);
  });
});
