import { useCallback, type KeyboardEvent } from 'react';

const STEP: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** Arrow keys, Home and End move the focus between the elements marked `data-roving` of a list that is one tab stop. */
export function useRovingFocus(): (event: KeyboardEvent<HTMLElement>) => void {
  return useCallback((event) => {
    const step = STEP[event.key];
    if (step === undefined) return;
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-roving]')];
    const at = items.findIndex((item) => item.contains(document.activeElement));
    if (at < 0) return;
    event.preventDefault();
    items[step(at, items.length)]?.focus();
  }, []);
}
