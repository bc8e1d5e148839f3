import { sharePartitions } from './share-partitions';

describe('sharePartitions', () => {
  it('looks at each partition a few times, however many members there are', () => {
    let looks = 0;
    const partitions = 4_096;
    const members = Array.from({ length: 1_000 }, (_, index) => index);
    const owners = new Proxy(
      Array.from({ length: partitions }, (_, partition) => partition % 999),
      {
        get: (target, key, receiver) => {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
          return Reflect.get(target, key, receiver) as unknown;
        },
      },
    );
    const target = sharePartitions(owners, members);
    expect(new Set(target).size).toBe(1_000);
    expect(looks).toBeLessThan(5 * partitions);
  });
});
