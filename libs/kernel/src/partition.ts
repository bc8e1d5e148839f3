/** How many partitions, logical shards and ordering domains an installation has unless configured otherwise. Fixed at installation (P4). */
export const DEFAULT_PARTITION_COUNT = 64;

/** The partition of a key: murmur2 modulo the count, as Kafka's own clients compute it (P4), so that every client agrees. */
export function partitionOf(key: string, partitionCount: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitionCount;
}

/** MurmurHash2 (Austin Appleby, public domain), 32 bits, with Kafka's seed. */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i++) {
    const at = i << 2;
    let k = byteAt(data, at) | (byteAt(data, at + 1) << 8) | (byteAt(data, at + 2) << 16) | (byteAt(data, at + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const tail = length & ~3;
  const left = length & 3;
  if (left === 3) h ^= byteAt(data, tail + 2) << 16;
  if (left >= 2) h ^= byteAt(data, tail + 1) << 8;
  if (left >= 1) h = Math.imul(h ^ byteAt(data, tail), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

function byteAt(data: Uint8Array, index: number): number {
  return data[index] ?? 0;
}
