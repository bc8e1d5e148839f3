import { Store, useStore } from './store';

/** What the browser shows outside the page. */
export interface BrowserNotice {
  readonly title: string;
  readonly body: string;
  /** The newest notice with a tag takes the place of the one before. */
  readonly tag: string;
  /** What a press on it opens. */
  readonly path: string;
}

/** `unsupported` where the browser has none, `blocked` where the person has told the browser so. */
export type NoticeState = 'on' | 'off' | 'blocked' | 'unsupported';

const KEY = 'agent-chat:browser-notices';

function stored(): boolean {
  try {
    return window.localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
}

function stateNow(): NoticeState {
  if (!('Notification' in window)) return 'unsupported';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && stored() ? 'on' : 'off';
}

const state = new Store<NoticeState>(stateNow());

/** The person may tell the browser at any time, also in its own settings. */
async function followBrowser(): Promise<void> {
  const permission = await navigator.permissions.query({ name: 'notifications' });
  permission.addEventListener('change', () => state.set(stateNow()));
}
// A browser that can't be asked is asked when it is switched.
followBrowser().catch(() => undefined);

export function useBrowserNotices(): NoticeState {
  return useStore(state);
}

/** Asks the browser, which asks the person, where that hasn't happened yet. */
export async function switchBrowserNotices(isWanted: boolean): Promise<void> {
  if (!('Notification' in window)) return;
  const isAllowed = isWanted && (await Notification.requestPermission()) === 'granted';
  try {
    window.localStorage.setItem(KEY, isAllowed ? 'on' : 'off');
  } catch {
    // Then it holds nowhere, and says so.
  }
  state.set(stateNow());
}

/** Shows it where the person wants that. By the service worker, which can also open the page again; some browsers know no other way. */
export async function showInBrowser({ title, body, tag, path }: BrowserNotice): Promise<void> {
  if (stateNow() !== 'on') return;
  // Missing where the address isn't a secure one, whatever the types say.
  const registration = 'serviceWorker' in navigator ? await navigator.serviceWorker.getRegistration() : undefined;
  await registration?.showNotification(title, { body, tag, icon: '/icon.svg', data: { path } });
}
