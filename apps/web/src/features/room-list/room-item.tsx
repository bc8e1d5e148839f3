import { type Room } from '@agent-chat/client';
import { memo, type MouseEvent, type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { nameOf, usePeopleRevision, usePerson } from '../../core/people';
import { useChosenNotify } from '../../core/room-preferences';
import { formatRoute } from '../../core/route';
import { useRoomName } from '../../core/room-names';
import { openRoom } from '../../core/router';
import { shortTimeLabel } from '../../core/time';
import { useToday } from '../../core/today';
import { numberLabel, plural, t } from '../../core/translate';
import { RoomAvatar } from '../../ui/avatar';
import { flag } from '../../ui/flag';
import { Icon } from '../../ui/icon';
import { previewWords } from '../files/file-words';

interface RoomItemProps {
  readonly room: Room;
  readonly isCurrent: boolean;
  readonly isTabStop: boolean;
}

function Preview({ room }: { readonly room: Room }): ReactNode {
  const me = useMyId();
  const { lastMessage, kind } = room;
  const author = usePerson(lastMessage?.authorId ?? '');
  usePeopleRevision();
  if (lastMessage === undefined) return <span className="room-preview muted">{t('No messages yet')}</span>;
  const isMine = lastMessage.authorId === me;
  const prefix = isMine ? `${t('You')}: ` : kind === 'direct' ? '' : `${author?.displayName ?? '…'}: `;
  if (lastMessage.deletedAt !== undefined)
    return (
      <span className="room-preview muted">
        {prefix}
        {t('message deleted')}
      </span>
    );
  return (
    <span className="room-preview name">
      {prefix}
      <bdi>{previewWords(lastMessage, nameOf)}</bdi>
    </span>
  );
}

function Badge({ room }: { readonly room: Room }): ReactNode {
  const { unreadCount = 0, mentionCount = 0 } = room.me ?? {};
  if (unreadCount === 0 && mentionCount === 0) return null;
  const shown = unreadCount > 99 ? `${numberLabel(99)}+` : numberLabel(unreadCount);
  const unread = plural(unreadCount, { one: '{count} unread', other: '{count} unread' });
  const label = mentionCount > 0 ? t('{unread}, {count} of them naming you', { unread, count: mentionCount }) : unread;
  return (
    <span className="badge" data-mention={mentionCount > 0 || undefined}>
      <span aria-hidden="true">{mentionCount > 0 ? `@ ${shown}` : shown}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}

function Activity({ room }: { readonly room: Room }): ReactNode {
  const today = useToday();
  const at = room.lastMessage?.createdAt ?? room.createdAt;
  return (
    <time className="room-time" dateTime={at}>
      {shortTimeLabel(at, new Date(`${today}T12:00:00`))}
    </time>
  );
}

/** A room in the list: name, newest message, when, and what is unread. */
export const RoomItem = memo(function RoomItem({ room, isCurrent, isTabStop }: RoomItemProps) {
  const name = useRoomName(room);
  const isQuiet = useChosenNotify(room.roomId) === 'nothing';
  const isUnread = (room.me?.unreadCount ?? 0) > 0;
  const open = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openRoom(room.roomId);
  };
  return (
    <li>
      <a
        className="room-item"
        href={formatRoute({ page: 'room', roomId: room.roomId })}
        onClick={open}
        aria-current={isCurrent ? 'page' : undefined}
        data-unread={flag(isUnread)}
        data-quiet={flag(isQuiet)}
        data-archived={flag(room.archivedAt !== undefined)}
        data-roving
        tabIndex={isTabStop ? 0 : -1}
      >
        <RoomAvatar room={room} />
        <span className="room-lines">
          <span className="room-line">
            <span className="room-name name">{name}</span>
            {isQuiet && (
              <span className="room-quiet" title={t('You are told of nothing here')}>
                <Icon name="bell-off" size={14} />
                <span className="sr-only">{t('You are told of nothing here')}</span>
              </span>
            )}
            <Activity room={room} />
          </span>
          <span className="room-line">
            <Preview room={room} />
            <Badge room={room} />
          </span>
        </span>
      </a>
    </li>
  );
});
