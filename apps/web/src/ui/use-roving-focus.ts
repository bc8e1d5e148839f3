import { useCallback, type KeyboardEvent } from 'react';

const STEP: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => Math.max(at - 1, 0),
  ArrowRight: (at, count) => Math.min(at + 1, count - 1),
  ArrowLeft: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

const OTHER: Readonly<Record<string, string>> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' };

/** Where one reads from right to left, what comes next lies on the left. */
function turned(key: string): string {
  return document.documentElement.dir === 'rtl' ? (OTHER[key] ?? key) : key;
}

/** Arrow keys, Home and End move the focus between the elements marked `data-roving` of a list that is one tab stop. */
export function useRovingFocus(): (event: KeyboardEvent<HTMLElement>) => void {
  return useCallback((event) => {
    const step = STEP[turned(event.key)];
    if (step === undefined) return;
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-roving]')];
    const at = items.findIndex((item) => item.contains(document.activeElement));
    if (at < 0) return;
    event.preventDefault();
    items[step(at, items.length)]?.focus();
  }, []);
}
