import { type Room, type TimelineItem } from '@agent-chat/client';
import { type KeyboardEvent, type RefObject } from 'react';
import { useMyId } from '../../core/client';
import { deleteMessage, messageRights, type MessageActions, type MessageRights } from './message-actions';
import { type TimelineRow } from './timeline-rows';
import { type VirtualRows } from './use-virtual-rows';

interface MessageKeysOptions {
  readonly rows: readonly TimelineRow[];
  readonly virtual: VirtualRows;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly active: string | undefined;
  readonly setActive: (key: string) => void;
  readonly actions: MessageActions;
  readonly room: Room;
}

const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

/** The row may come into the page only after the scroll. */
function focusRow(scroller: HTMLElement | null, index: number, tries = 8): void {
  const message = scroller?.querySelector<HTMLElement>(`[data-index="${String(index)}"] .message`);
  if (message !== null && message !== undefined) message.focus({ preventScroll: true });
  else if (tries > 0) window.requestAnimationFrame(() => focusRow(scroller, index, tries - 1));
}

/** What a key does with a message; undefined where it does nothing there. */
function commandOf(key: string, item: TimelineItem, rights: MessageRights, actions: MessageActions, target: HTMLElement): (() => void) | undefined {
  const commands: Readonly<Record<string, [isAllowed: boolean, run: () => void]>> = {
    r: [rights.canWrite, () => actions.reply(item)],
    e: [rights.canEdit, () => actions.edit(item)],
    delete: [rights.canDelete, () => void deleteMessage(item)],
    '+': [rights.canWrite, () => target.querySelector<HTMLElement>('[data-react]')?.click()],
  };
  const [isAllowed, run] = commands[key.toLowerCase()] ?? [];
  return isAllowed === true ? run : undefined;
}

function isPlain({ ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.classList.contains('message') && !ctrlKey && !metaKey && !altKey;
}

/** On a message: arrows move, R replies, E edits, Delete deletes, + reacts. */
export function useMessageKeys({ rows, virtual, scroller, active, setActive, actions, room }: MessageKeysOptions): (event: KeyboardEvent) => void {
  const me = useMyId();
  const move = (at: number, step: number): void => {
    const next = Math.min(Math.max(at + step, 0), rows.length - 1);
    const row = rows[next];
    if (row === undefined) return;
    setActive(row.key);
    virtual.scrollToIndex(next, 'auto');
    focusRow(scroller.current, next);
  };
  return (event) => {
    const at = rows.findIndex(({ key }) => key === active);
    const row = rows[at];
    if (row === undefined || !isPlain(event)) return;
    const step = STEPS[event.key];
    const run =
      step === undefined ? commandOf(event.key, row.item, messageRights(row.item, room, me), actions, event.target as HTMLElement) : () => move(at, step);
    if (run === undefined) return;
    event.preventDefault();
    run();
  };
}
