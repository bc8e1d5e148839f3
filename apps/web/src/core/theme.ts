import { Store } from './store';
import { msg } from './translate';

/** How the page may look. */
export const THEMES = [
  { id: 'system', label: msg('As the system'), icon: 'screen' },
  { id: 'light', label: msg('Light'), icon: 'sun' },
  { id: 'dark', label: msg('Dark'), icon: 'moon' },
] as const;

export type Theme = (typeof THEMES)[number]['id'];

const KEY = 'agent-chat:theme';

export const theme = new Store<Theme>('system');

function show(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}

export function applyStoredTheme(): void {
  let stored: string | null = null;
  try {
    stored = window.localStorage.getItem(KEY);
  } catch {
    // Without storage the system's choice holds.
  }
  const chosen = stored === 'light' || stored === 'dark' ? stored : 'system';
  theme.set(chosen);
  show(chosen);
}

/** By its id, as lists tell it. */
export function chooseTheme(id: unknown): void {
  const chosen = THEMES.find((known) => known.id === id)?.id;
  if (chosen === undefined) return;
  theme.set(chosen);
  show(chosen);
  try {
    window.localStorage.setItem(KEY, chosen);
  } catch {
    // Then it holds until the page is left.
  }
}
