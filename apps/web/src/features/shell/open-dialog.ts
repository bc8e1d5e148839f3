import { Store, useStore } from '../../core/store';

/** The dialog over the page. */
export type OpenDialog = 'create-room' | 'direct' | 'switcher' | undefined;

const dialog = new Store<OpenDialog>(undefined);

export function useOpenDialog(): OpenDialog {
  return useStore(dialog);
}

export function openDialog(next: OpenDialog): void {
  dialog.set(next);
}
