import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { t } from '../core/translate';
import { EMOJI } from './emoji';

const COLUMNS = 6;
const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };

/** A grid of emoji; the arrow keys move, Enter picks. */
export function EmojiGrid({ onPick }: { readonly onPick: (emoji: string) => void }): ReactNode {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => grid.current?.querySelector('button')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
  };
  return (
    <div className="emoji-grid" ref={grid} role="group" aria-label={t('Emoji')} onKeyDown={onKeyDown}>
      {EMOJI.map(({ emoji, label }, index) => (
        <button key={emoji} type="button" className="emoji" aria-label={label} title={label} tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
