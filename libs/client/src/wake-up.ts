import { type Unsubscribe } from './emitter';

interface PageEvents {
  addEventListener?(name: string, listener: () => void): void;
  removeEventListener?(name: string, listener: () => void): void;
  readonly document?: PageEvents & { readonly visibilityState?: string };
}

/** Browsers tell when the network is back, and when somebody looks at the page again: its timers may have been put off for long. */
export function onWakeUp(listener: () => void): Unsubscribe {
  const page = globalThis as unknown as PageEvents;
  const { document } = page;
  const onVisibility = (): void => {
    if (document?.visibilityState === 'visible') listener();
  };
  page.addEventListener?.('online', listener);
  document?.addEventListener?.('visibilitychange', onVisibility);
  return () => {
    page.removeEventListener?.('online', listener);
    document?.removeEventListener?.('visibilitychange', onVisibility);
  };
}
