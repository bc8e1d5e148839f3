import { useState, type KeyboardEvent } from 'react';

interface ActiveOption {
  readonly active: number;
  readonly setActive: (index: number) => void;
  /** Whether the key was for the list. */
  readonly onKey: (event: KeyboardEvent) => boolean;
}

/** The option that the arrow keys stand on, while the focus stays in the text field above the list. */
export function useActiveOption(count: number, onChoose: (index: number) => void): ActiveOption {
  const [chosen, setActive] = useState(0);
  const active = Math.min(chosen, Math.max(0, count - 1));
  const onKey = (event: KeyboardEvent): boolean => {
    if (count === 0 || event.nativeEvent.isComposing) return false;
    if (event.key === 'ArrowDown') setActive((active + 1) % count);
    else if (event.key === 'ArrowUp') setActive((active - 1 + count) % count);
    else if (event.key === 'Enter' || event.key === 'Tab') onChoose(active);
    else return false;
    event.preventDefault();
    return true;
  };
  return { active, setActive, onKey };
}
