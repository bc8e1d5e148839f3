import { Store, useStore } from '../../core/store';

/** What stands beside the room. */
export type Panel = 'members' | 'search' | 'files' | 'settings' | undefined;

const panel = new Store<Panel>(undefined);

/** The room for which people are being chosen who are to come in, in the panel of its members. */
export const adding = new Store<string | undefined>(undefined);

/** What had the focus when a panel was called for. */
let opener: Element | null = null;

export function usePanel(): Panel {
  return useStore(panel);
}

export function showPanel(next: Panel): void {
  if (document.activeElement?.closest('.side-panel') === null) opener = document.activeElement;
  adding.set(undefined);
  panel.set(next);
}

export function addPeople(roomId: string): void {
  showPanel('members');
  adding.set(roomId);
}

export function togglePanel(next: Exclude<Panel, undefined>): void {
  showPanel(panel.getSnapshot() === next ? undefined : next);
}

/** The focus of a panel that is gone goes back to where it came from. */
export function giveFocusBack(): void {
  if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
}
