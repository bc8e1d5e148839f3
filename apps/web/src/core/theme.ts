import { Store } from './store';

export type Theme = 'system' | 'light' | 'dark';

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

export function chooseTheme(chosen: Theme): void {
  theme.set(chosen);
  show(chosen);
  try {
    window.localStorage.setItem(KEY, chosen);
  } catch {
    // Then it holds until the page is left.
  }
}
