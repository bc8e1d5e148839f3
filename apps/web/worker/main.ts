/** Every file of this build and a name for all of them together; put in by the build. */
declare const SHELL: { readonly version: string; readonly files: readonly string[] };

// The types know workers of every kind; this one is a service worker.
const worker = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'agent-chat:';
const CURRENT = `${PREFIX}${SHELL.version}`;
const PAGE = '/index.html';
/** A network that takes longer than this to give the page is as good as none. */
const PATIENCE_MS = 4_000;
/** What belongs to the server: it answers itself, or nobody does. */
const SERVER_PATHS = /^\/(api|socket\.io|\.well-known)(\/|$)/i;

async function install(): Promise<void> {
  const cache = await caches.open(CURRENT);
  await cache.addAll([PAGE, ...SHELL.files].map((file) => new Request(file, { cache: 'no-cache' })));
  await worker.skipWaiting();
}

/** The build before this one stays: pages that were opened from it still fetch its parts. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CURRENT);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function fromNetwork(request: Request): Promise<Response | undefined> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(request.url, { signal: patience.signal, credentials: 'same-origin', headers: { accept: 'text/html' } });
    return answer.status < 500 ? answer : undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The page as the server has it now; the one that was kept where the server can't be reached. */
async function page(request: Request): Promise<Response> {
  return (await fromNetwork(request)) ?? (await caches.match(PAGE, { cacheName: CURRENT })) ?? Response.error();
}

/** What has a name of its own for each content never changes. */
async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin || SERVER_PATHS.test(pathname)) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (SHELL.files.includes(pathname) || pathname.startsWith('/assets/')) event.respondWith(file(request));
});

/** Opens what a notification leads to, in a page that is there already if one is. */
async function open(path: string): Promise<void> {
  const [there] = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (there === undefined) {
    await worker.clients.openWindow(path);
    return;
  }
  // First: it goes there also where the browser doesn't let it have the focus.
  there.postMessage({ type: 'open', path });
  await there.focus();
}

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { path } = (event.notification.data ?? {}) as { readonly path?: unknown };
  event.waitUntil(open(typeof path === 'string' && path.startsWith('/') ? path : '/'));
});

export {};
