import { useState, type ReactNode } from 'react';
import { useMyId, useRoomList } from '../../core/client';
import { usePeopleRevision } from '../../core/people';
import { roomName } from '../../core/room-names';
import { navigate, openRoom } from '../../core/router';
import { numberLabel, t } from '../../core/translate';
import { RoomAvatar } from '../../ui/avatar';
import { ActionButton } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { useActiveOption } from '../../ui/use-active-option';
import { rankRooms } from './rank-rooms';

const MOST = 9;
const LIST = 'switcher-options';

/** Jumps to any of my rooms by a few letters. */
export function Switcher({ onClose }: { readonly onClose: () => void }): ReactNode {
  const me = useMyId();
  usePeopleRevision();
  const [text, setText] = useState('');
  const { rooms } = useRoomList();
  const jumpable = rooms.map((room) => ({ room, roomId: room.roomId, name: roomName(room, me), unread: room.me?.unreadCount ?? 0 }));
  const shown = rankRooms(jumpable, text).slice(0, MOST);
  const choose = (index: number): void => {
    const chosen = shown[index];
    if (chosen === undefined) return;
    openRoom(chosen.roomId);
    onClose();
  };
  const { active, setActive, onKey } = useActiveOption(shown.length, choose);
  return (
    <Sheet title={t('Jump to a room')} isOpen onClose={onClose}>
      <div className="dialog-body">
        <input
          className="input"
          aria-label={t('Room or person')}
          placeholder={t('Room or person')}
          value={text}
          autoFocus
          autoComplete="off"
          role="combobox"
          aria-expanded
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={shown.length > 0 ? `${LIST}-${String(active)}` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKey}
        />
        <ul className="option-list" id={LIST} role="listbox" aria-label={t('Rooms')}>
          {shown.map(({ room, roomId, name, unread }, index) => (
            <li key={roomId} id={`${LIST}-${String(index)}`} role="option" aria-selected={index === active} onClick={() => choose(index)}>
              <RoomAvatar room={room} size="small" />
              <span className="ellipsis name">{name}</span>
              {unread > 0 && <span className="badge">{numberLabel(unread)}</span>}
            </li>
          ))}
        </ul>
        {shown.length === 0 && (
          <p className="hint">
            {t('None of your rooms fits.')}{' '}
            <ActionButton
              look="quiet"
              onPress={() => {
                navigate({ page: 'discover' });
                onClose();
              }}
            >
              {t('Discover rooms')}
            </ActionButton>
          </p>
        )}
      </div>
    </Sheet>
  );
}
