import { type Room } from '@agent-chat/client';
import { client } from '../../core/client';
import { currentRoute, navigate, openRoom } from '../../core/router';
import { msg } from '../../core/translate';
import { openDialog } from '../shell/open-dialog';
import { togglePanel } from '../shell/panel';
import { neighbour } from './neighbour';

/** What a key press did. */
interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** A key that does something wherever one is. */
export interface Shortcut {
  /** As the overview shows it; `Mod` is Ctrl, on a Mac the command key. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly isFor: (pressed: Pressed) => boolean;
  readonly run: () => void;
}

function mod({ ctrlKey, metaKey, altKey }: Pressed): boolean {
  return (ctrlKey || metaKey) && !altKey;
}

function alt({ ctrlKey, metaKey, altKey }: Pressed): boolean {
  return altKey && !ctrlKey && !metaKey;
}

function openNeighbour(step: 1 | -1, isWanted: (room: Room) => boolean): void {
  const route = currentRoute();
  const mine = client.roomList.getSnapshot().rooms.filter(({ me }) => me !== undefined);
  const next = neighbour(mine, route.page === 'room' ? route.roomId : undefined, step, isWanted);
  if (next !== undefined) openRoom(next.roomId);
}

function hasUnread({ me }: Room): boolean {
  return (me?.unreadCount ?? 0) > 0;
}

function inRoom(run: () => void): () => void {
  return () => {
    if (currentRoute().page === 'room') run();
  };
}

/** Those that hold everywhere; what holds on a message or in the text is listed with them in the overview. */
export const SHORTCUTS: readonly Shortcut[] = [
  {
    keys: ['Mod', 'K'],
    label: msg('Jump to a room'),
    isFor: (pressed) => mod(pressed) && pressed.key.toLowerCase() === 'k',
    run: () => openDialog('switcher'),
  },
  { keys: ['Mod', '/'], label: msg('Keyboard shortcuts'), isFor: (pressed) => mod(pressed) && pressed.key === '/', run: () => openDialog('shortcuts') },
  {
    keys: ['Mod', 'Shift', 'F'],
    label: msg('Search'),
    isFor: (pressed) => mod(pressed) && pressed.shiftKey && pressed.key.toLowerCase() === 'f',
    run: inRoom(() => togglePanel('search')),
  },
  {
    keys: ['Mod', 'Shift', 'M'],
    label: msg('Mentions'),
    isFor: (pressed) => mod(pressed) && pressed.shiftKey && pressed.key.toLowerCase() === 'm',
    run: () => navigate({ page: 'mentions' }),
  },
  {
    keys: ['Alt', '↑'],
    label: msg('The room above'),
    isFor: (pressed) => alt(pressed) && !pressed.shiftKey && pressed.key === 'ArrowUp',
    run: () => openNeighbour(-1, () => true),
  },
  {
    keys: ['Alt', '↓'],
    label: msg('The room below'),
    isFor: (pressed) => alt(pressed) && !pressed.shiftKey && pressed.key === 'ArrowDown',
    run: () => openNeighbour(1, () => true),
  },
  {
    keys: ['Alt', 'Shift', '↑'],
    label: msg('The unread room above'),
    isFor: (pressed) => alt(pressed) && pressed.shiftKey && pressed.key === 'ArrowUp',
    run: () => openNeighbour(-1, hasUnread),
  },
  {
    keys: ['Alt', 'Shift', '↓'],
    label: msg('The unread room below'),
    isFor: (pressed) => alt(pressed) && pressed.shiftKey && pressed.key === 'ArrowDown',
    run: () => openNeighbour(1, hasUnread),
  },
];
