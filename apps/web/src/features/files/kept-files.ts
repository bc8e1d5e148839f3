import { createStore, delMany, entries, set, update, type UseStore } from 'idb-keyval';

/** A file that waits to go with a message, as the browser keeps it over a reload. */
export interface KeptFile {
  readonly key: string;
  readonly me: string;
  readonly roomId: string;
  readonly name: string;
  readonly blob: Blob;
  readonly atMs: number;
  /** Of its upload, once that was begun. */
  readonly attachmentId?: string | undefined;
}

const DAY_MS = 86_400_000;
/** Whoever comes back later than this has forgotten them, too. */
const KEPT_MS = 3 * DAY_MS;

let store: UseStore | undefined;

function database(): UseStore {
  store ??= createStore('agent-chat-files', 'waiting');
  return store;
}

/** Where the browser forbids it, or has no place left, nothing is kept: the upload goes on as long as the page is there. */
export async function keepFile(file: KeptFile): Promise<void> {
  await set(file.key, file, database()).catch(() => undefined);
}

export async function noteUpload(key: string, attachmentId: string): Promise<void> {
  // Nothing is made of one that was forgotten meanwhile: it has no bytes.
  await update<Partial<KeptFile>>(key, (kept) => ({ ...kept, attachmentId }), database()).catch(() => undefined);
}

export async function forgetFiles(keys: readonly string[]): Promise<void> {
  await delMany([...keys], database()).catch(() => undefined);
}

/** Those of one person in one room, oldest first. */
export async function keptFiles(me: string, roomId: string, nowMs: number): Promise<readonly KeptFile[]> {
  const all = await entries<string, Partial<KeptFile>>(database()).catch(() => []);
  const isOld = ({ blob, atMs = 0 }: Partial<KeptFile>): boolean => blob === undefined || nowMs - atMs > KEPT_MS;
  const old = all.filter(([, file]) => isOld(file)).map(([key]) => key);
  if (old.length > 0) await forgetFiles(old);
  const mine = all.flatMap(([key, file]) => (file.me === me && file.roomId === roomId && !old.includes(key) ? [file as KeptFile] : []));
  return mine.sort((one, other) => one.atMs - other.atMs);
}
