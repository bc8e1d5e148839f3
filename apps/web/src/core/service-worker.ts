import { parseRoute } from './route';
import { navigate } from './router';

interface Opened {
  readonly type?: unknown;
  readonly path?: unknown;
}

/** Keeps the page for when there is no network, and shows notifications. Browsers have it in secure contexts only; a page that is being worked on goes without. */
export function startServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<Opened>) => {
    if (data.type === 'open' && typeof data.path === 'string') navigate(parseRoute(data.path));
  });
  // After the page is there: it competes with nothing.
  window.addEventListener('load', () => {
    // Without it the page works as before.
    navigator.serviceWorker.register('/service-worker.js').catch(() => undefined);
  });
}
