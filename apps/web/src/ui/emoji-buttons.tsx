import { useCallback, type KeyboardEvent, type ReactNode } from 'react';
import { type EmojiLine } from './find-emoji';

/** The button above or below is the nearest of the next row: rows are as long as there is room. */
function inNextRow(buttons: readonly HTMLElement[], from: HTMLElement, isDown: boolean): HTMLElement | undefined {
  const { top, left } = from.getBoundingClientRect();
  const rows = buttons.map((button) => ({ button, box: button.getBoundingClientRect() })).filter(({ box }) => (isDown ? box.top > top : box.top < top));
  const row = isDown ? Math.min(...rows.map(({ box }) => box.top)) : Math.max(...rows.map(({ box }) => box.top));
  return rows.filter(({ box }) => box.top === row).sort((one, other) => Math.abs(one.box.left - left) - Math.abs(other.box.left - left))[0]?.button;
}

function nextOf(key: string, buttons: readonly HTMLElement[], from: HTMLElement): HTMLElement | undefined {
  const at = buttons.indexOf(from);
  const isRightToLeft = getComputedStyle(from).direction === 'rtl';
  if (key === 'ArrowRight') return buttons[at + (isRightToLeft ? -1 : 1)];
  if (key === 'ArrowLeft') return buttons[at + (isRightToLeft ? 1 : -1)];
  if (key === 'ArrowDown' || key === 'ArrowUp') return inNextRow(buttons, from, key === 'ArrowDown');
  return undefined;
}

interface EmojiButtonsProps {
  readonly lines: readonly EmojiLine[];
  readonly label: string;
  readonly onPick: (emoji: string) => void;
}

/** Emoji in rows; one stop for the Tab key, the arrow keys move, Enter picks. */
export function EmojiButtons({ lines, label, onPick }: EmojiButtonsProps): ReactNode {
  const onKeyDown = useCallback((event: KeyboardEvent<HTMLElement>) => {
    if (!(event.target instanceof HTMLElement)) return;
    const next = nextOf(event.key, [...event.currentTarget.querySelectorAll<HTMLElement>('button')], event.target);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }, []);
  return (
    <div className="emoji-grid" role="group" aria-label={label} onKeyDown={onKeyDown}>
      {lines.map(([emoji, name], index) => (
        <button key={emoji} type="button" className="emoji" aria-label={name} title={name} tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
