import { Store, useStore } from '../../core/store';

/** What stands beside the room. */
export type Panel = 'members' | 'search' | 'files' | 'settings' | undefined;

const panel = new Store<Panel>(undefined);

/** What had the focus when a panel was called for. */
let opener: Element | null = null;

export function usePanel(): Panel {
  return useStore(panel);
}

export function showPanel(next: Panel): void {
  if (document.activeElement?.closest('.side-panel') === null) opener = document.activeElement;
  panel.set(next);
}

export function togglePanel(next: Exclude<Panel, undefined>): void {
  showPanel(panel.getSnapshot() === next ? undefined : next);
}

/** The focus of a panel that is gone goes back to where it came from. */
export function giveFocusBack(): void {
  if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
}
