import { explainError } from './explain-error';
import { Store } from './store';

/** A short word to the person, at the edge of the page. */
export interface Toast {
  readonly id: number;
  readonly kind: 'error' | 'info' | 'news';
  readonly title: string;
  readonly advice?: string | undefined;
  /** Where it leads. */
  readonly open?: (() => void) | undefined;
}

const SHOWN_MS = { error: 9_000, info: 4_000, news: 6_000 };
const MOST = 4;

export const toasts = new Store<readonly Toast[]>([]);
let lastId = 0;

export function dismissToast(id: number): void {
  toasts.update((shown) => shown.filter((toast) => toast.id !== id));
}

function show(toast: Omit<Toast, 'id'>): void {
  const id = ++lastId;
  // The same words twice say nothing more.
  toasts.update((shown) => [...shown.filter(({ title, advice }) => title !== toast.title || advice !== toast.advice), { ...toast, id }].slice(-MOST));
  window.setTimeout(() => dismissToast(id), SHOWN_MS[toast.kind]);
}

export function toastInfo(title: string, advice?: string): void {
  show({ kind: 'info', title, advice });
}

/** Something that happened elsewhere, and the way there. */
export function toastNews(title: string, advice: string, open?: () => void): void {
  show({ kind: 'news', title, ...(advice === '' ? {} : { advice }), open });
}

export function toastError(thrown: unknown): void {
  show({ kind: 'error', ...explainError(thrown) });
}

/** Does something on the person's word; tells when it fails. Answers whether it worked. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}
