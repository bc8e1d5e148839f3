import { type Room } from '@agent-chat/client';
import { useCallback, type KeyboardEvent, type RefObject } from 'react';
import { useMyId } from '../../core/client';
import { deleteMessage, messageRights, type MessageActions } from './message-actions';
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

/** On a message: arrows move, R replies, E edits, Delete deletes, + reacts. */
export function useMessageKeys({ rows, virtual, scroller, active, setActive, actions, room }: MessageKeysOptions): (event: KeyboardEvent) => void {
  const me = useMyId();
  return useCallback(
    (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (!target.classList.contains('message') || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = rows.findIndex(({ key }) => key === active);
      const row = rows[at];
      if (row === undefined) return;
      const step = STEPS[event.key];
      const rights = messageRights(row.item, room, me);
      const key = event.key.toLowerCase();
      if (step !== undefined) {
        const next = Math.min(Math.max(at + step, 0), rows.length - 1);
        setActive(rows[next]?.key ?? row.key);
        virtual.scrollToIndex(next, 'auto');
        focusRow(scroller.current, next);
      } else if (key === 'r' && rights.canWrite) actions.reply(row.item);
      else if (key === 'e' && rights.canEdit) actions.edit(row.item);
      else if (key === 'delete' && rights.canDelete) void deleteMessage(row.item);
      else if ((key === '+' || key === 'a') && rights.canWrite) target.querySelector<HTMLElement>('[data-react]')?.click();
      else return;
      event.preventDefault();
    },
    [rows, virtual, scroller, active, setActive, actions, room, me],
  );
}
