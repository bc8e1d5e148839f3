import { useEffect } from 'react';
import { prefetchParts } from '../../ui/lazy-part';

/** A page that is never idle. */
const LATEST_MS = 10_000;
/** Safari has no idle callback. */
const LATER_MS = 3_000;

interface Network {
  readonly connection?: { readonly saveData?: boolean };
}

/** Fetches what may be needed later while nothing else is to do: a panel opens at once then, and after an upgrade too. */
export function usePrefetch(isLive: boolean): void {
  useEffect(() => {
    if (!isLive || (navigator as Navigator & Network).connection?.saveData === true) return;
    const run = (): void => void prefetchParts();
    if (!('requestIdleCallback' in window)) {
      const timer = globalThis.setTimeout(run, LATER_MS);
      return () => globalThis.clearTimeout(timer);
    }
    const idle = window.requestIdleCallback(run, { timeout: LATEST_MS });
    return () => window.cancelIdleCallback(idle);
  }, [isLive]);
}
