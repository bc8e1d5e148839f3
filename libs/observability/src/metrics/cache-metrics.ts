import { declareCounter } from './declare-metric';

const reads = declareCounter({
  name: 'agent_chat_cache_reads_total',
  help: 'Values asked of caches: a `hit` was there, a `miss` had to be read from its source; in `history` each message of a page is one',
  labels: ['cache', 'result'],
});

/** Counts values that were asked of a cache. */
export function countCacheReads(cache: string, { hits, misses }: { readonly hits: number; readonly misses: number }): void {
  if (hits > 0) reads.inc({ cache, result: 'hit' }, hits);
  if (misses > 0) reads.inc({ cache, result: 'miss' }, misses);
}
