import { Store, useStore } from './store';
import { dayOf } from './time';

/** A timer of a page that nobody looks at, or of a laptop that sleeps, may come late: so often it is looked. */
const LOOK_MS = 30_000;

const today = new Store(dayOf(new Date()));

function look(): void {
  today.set(dayOf(new Date()));
}

window.setInterval(look, LOOK_MS);
document.addEventListener('visibilitychange', look);

/** The day that it is here; whoever uses it renders again after midnight, however long the page stays open. */
export function useToday(): string {
  return useStore(today);
}
