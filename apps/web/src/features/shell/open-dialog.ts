import { type TimelineItem } from '@agent-chat/client';
import { type ShownPictures } from '../files/shown-pictures';
import { Store, useStore } from '../../core/store';

/** Dialogs that are about nothing in particular. */
type Plain = 'create-room' | 'direct' | 'switcher' | 'profile' | 'preferences' | 'sessions' | 'shortcuts';

/** The dialog over the page. */
export type OpenDialog =
  | { readonly kind: Plain }
  | { readonly kind: 'person'; readonly userId: string }
  | { readonly kind: 'revisions'; readonly message: TimelineItem }
  | ({ readonly kind: 'pictures' } & ShownPictures);

const dialog = new Store<OpenDialog | undefined>(undefined);

export function useOpenDialog(): OpenDialog | undefined {
  return useStore(dialog);
}

/** Opens a dialog, in place of the one that is open. */
export function openDialog(next: OpenDialog | Plain): void {
  dialog.set(typeof next === 'string' ? { kind: next } : next);
}

export function closeDialog(): void {
  dialog.set(undefined);
}
