import { Store, useStore } from '../../core/store';

/** What stands beside the room. */
export type Panel = 'members' | 'search' | 'files' | 'settings' | undefined;

const panel = new Store<Panel>(undefined);

export function usePanel(): Panel {
  return useStore(panel);
}

export function showPanel(next: Panel): void {
  panel.set(next);
}

export function togglePanel(next: Exclude<Panel, undefined>): void {
  panel.update((now) => (now === next ? undefined : next));
}
