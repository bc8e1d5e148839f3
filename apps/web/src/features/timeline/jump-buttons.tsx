import { type Room } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Icon } from '../../ui/icon';
import { type TimelineRow } from './timeline-rows';

interface JumpButtonsProps {
  readonly room: Room;
  readonly rows: readonly TimelineRow[];
  readonly readSeq: number | undefined;
  readonly isAtEnd: boolean;
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
  readonly onNewest: () => void;
  readonly onUnread: (seq: number) => void;
}

/** The ways to the first unread message and to the newest one, while they are out of sight. */
export function JumpButtons({ room, rows, readSeq, isAtEnd, hasNewer, hasOlder, onNewest, onUnread }: JumpButtonsProps): ReactNode {
  const unread = room.me?.unreadCount ?? 0;
  const firstSeq = rows[0]?.item.seq;
  const isUnreadAbove = hasOlder && readSeq !== undefined && readSeq > 0 && unread > 0 && firstSeq !== undefined && firstSeq > readSeq;
  return (
    <>
      {isUnreadAbove && (
        <Button className="jump-pill" data-at="top" onPress={() => onUnread(readSeq + 1)}>
          <Icon name="up" size={16} /> {unread} unread above
        </Button>
      )}
      {(!isAtEnd || hasNewer) && rows.length > 0 && (
        <Button className="jump-pill" data-at="bottom" onPress={onNewest}>
          <Icon name="down" size={16} /> {unread > 0 ? `${String(unread)} new` : 'Newest'}
        </Button>
      )}
    </>
  );
}
