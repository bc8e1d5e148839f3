import { Store, useStore } from './store';

/** Held by one tab of a browser: the one that speaks for all. */
const SPEAKER = 'agent-chat:speaker';
/** Held by a tab while somebody looks at it. */
const LOOKED_AT = 'agent-chat:looked-at';

/** Whether somebody looks at this page. */
export function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

const looking = new Store(isLookedAt());
const update = (): void => looking.set(isLookedAt());
window.addEventListener('focus', update);
window.addEventListener('blur', update);
document.addEventListener('visibilitychange', update);

export function useLooking(): boolean {
  return useStore(looking);
}

let isSpeaker = !('locks' in navigator);
let letGo: (() => void) | undefined;

function holdWhileLookedAt(): void {
  letGo?.();
  letGo = undefined;
  if (!looking.getSnapshot()) return;
  void navigator.locks.request(
    LOOKED_AT,
    { mode: 'shared' },
    () =>
      new Promise<void>((resolve) => {
        // Whoever looks away and back before the lock is given asks for it twice.
        letGo?.();
        letGo = resolve;
        if (!looking.getSnapshot()) resolve();
      }),
  );
}

/** From now on this tab takes part in who speaks. */
export function joinTabs(): void {
  // Browsers have locks in secure contexts only; without them each tab speaks for itself.
  if (!('locks' in navigator)) return;
  void navigator.locks.request(SPEAKER, () => {
    isSpeaker = true;
    // Until the tab is closed.
    return new Promise<never>(() => undefined);
  });
  looking.subscribe(holdWhileLookedAt);
  holdWhileLookedAt();
}

/** Whether this tab is the one, of all tabs of the browser, that tells of something now: none does while somebody looks at one of them. */
export async function speaksForAll(): Promise<boolean> {
  if (!isSpeaker || isLookedAt()) return false;
  if (!('locks' in navigator)) return true;
  const { held = [] } = await navigator.locks.query();
  return !held.some(({ name }) => name === LOOKED_AT);
}
