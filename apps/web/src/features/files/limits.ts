import { client } from '../../core/client';
import { Store, useStore } from '../../core/store';
import { t } from '../../core/translate';
import { sizeLabel } from './file-words';
import { MAX_FILES } from './tray-items';

/** The largest file that the server takes, in bytes; undefined until it is known. */
const limit = new Store<number | undefined>(undefined);
let asking: Promise<number> | undefined;

async function ask(): Promise<number> {
  try {
    const answer = await client.files.limits();
    limit.set(answer.maxBytes);
    return answer.maxBytes;
  } catch {
    // The server refuses what is too large by itself.
    asking = undefined;
    return Infinity;
  }
}

/** Asked for once; `Infinity` where the server can't be asked. */
export function maxBytes(): Promise<number> {
  asking ??= ask();
  return asking;
}

export function useMaxBytes(): number | undefined {
  const known = useStore(limit);
  return known === Infinity ? undefined : known;
}

/** For words outside of the page's components. */
export function knownMaxBytes(): number | undefined {
  const known = limit.getSnapshot();
  return known === Infinity ? undefined : known;
}

/** What a message takes, in words. */
export function limitWords(max: number | undefined): string {
  if (max === undefined) return t('Up to {count} files.', { count: MAX_FILES });
  return t('Up to {count} files of {size} each.', { count: MAX_FILES, size: sizeLabel(max) });
}
