import { DEFAULT_PARTITION_COUNT, murmur2, partitionOf } from './partition';

describe('murmur2', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("hashes %j as Kafka's own client does", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe('the number of partitions', () => {
  it('is 64 unless configured otherwise, in every release: installations rest on it (P4)', () => {
    expect(DEFAULT_PARTITION_COUNT).toBe(64);
  });
});

describe('partitionOf', () => {
  it('drops the sign bit before the modulo, as Kafka does (P4)', () => {
    expect(partitionOf('21', 64)).toBe((-973932308 & 0x7fffffff) % 64);
    expect(partitionOf('foobar', 7)).toBe((-790332482 & 0x7fffffff) % 7);
  });

  it('hashes the UTF-8 bytes of a key, not its UTF-16 units', () => {
    expect(partitionOf('ü', 1_000_003)).toBe((murmur2(new Uint8Array([0xc3, 0xbc])) & 0x7fffffff) % 1_000_003);
  });

  it('uses every partition and none outside the range', () => {
    const used = new Set(Array.from({ length: 5_000 }, (_, index) => partitionOf(`room-${String(index)}`, DEFAULT_PARTITION_COUNT)));
    expect([...used].sort((one, other) => one - other)).toEqual(Array.from({ length: DEFAULT_PARTITION_COUNT }, (_, index) => index));
  });
});
