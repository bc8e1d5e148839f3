import { Store, useStore } from './store';

/** The server has a newer page than this one, whose parts are gone. */
const isOutdated = new Store(false);

const ENTRY = /<script[^>]+src="([^"]+)"/;

/** What the page that is shown was started from. */
function ownEntry(): string | null {
  return document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? null;
}

/** Asks the server which page it has now. Without an answer nothing is known. */
async function look(): Promise<void> {
  const answer = await fetch('/', { cache: 'no-store', headers: { accept: 'text/html' } });
  const entry = answer.ok ? ENTRY.exec(await answer.text())?.[1] : undefined;
  if (entry !== undefined && entry !== ownEntry()) isOutdated.set(true);
}

/** A part that can't be fetched may be one of a version that is no more. */
export function watchUpgrades(): void {
  window.addEventListener('vite:preloadError', () => {
    look().catch(() => undefined);
  });
}

export function useIsOutdated(): boolean {
  return useStore(isOutdated);
}

export function reload(): void {
  window.location.reload();
}
