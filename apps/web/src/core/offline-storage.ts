import { type ClientStorage } from '@agent-chat/client';
import { clear, createStore, delMany, entries, get, set, type UseStore } from 'idb-keyval';

interface Kept {
  readonly value: string;
  readonly atMs: number;
}

/** Rooms, pages of messages, people: beyond so many the oldest are forgotten. */
const MOST = 500;

let store: UseStore | undefined;

function database(): UseStore {
  store ??= createStore('agent-chat', 'kept');
  return store;
}

/** What was read last, in IndexedDB. Where the browser forbids it nothing is kept, and the page works as before. */
export const offlineStorage: ClientStorage = {
  get: async (key) => (await get<Kept>(key, database()))?.value,
  set: async (key, value) => set(key, { value, atMs: Date.now() } satisfies Kept, database()),
  remove: async (key) => delMany([key], database()),
};

/** Forgets everything: nobody who uses this browser later finds it. */
export async function forgetKept(): Promise<void> {
  await clear(database()).catch(() => undefined);
}

/** Forgets what is beyond the bound. */
export async function pruneKept(): Promise<void> {
  const all = await entries<string, Kept>(database()).catch(() => []);
  const oldest = all.sort(([, one], [, other]) => other.atMs - one.atMs).slice(MOST);
  if (oldest.length > 0)
    await delMany(
      oldest.map(([key]) => key),
      database(),
    ).catch(() => undefined);
}
