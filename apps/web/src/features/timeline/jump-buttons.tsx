import { type Room } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { plural, t } from '../../core/translate';
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

/** Where reading stopped, if that lies above what is loaded. */
function unreadAbove({ room, rows, readSeq = 0, hasOlder }: JumpButtonsProps): number | undefined {
  const firstSeq = rows[0]?.item.seq ?? 0;
  const isAbove = hasOlder && readSeq > 0 && firstSeq > readSeq;
  return isAbove && (room.me?.unreadCount ?? 0) > 0 ? readSeq + 1 : undefined;
}

function UnreadButton(props: JumpButtonsProps): ReactNode {
  const seq = unreadAbove(props);
  if (seq === undefined) return null;
  return (
    <Button className="jump-pill" data-at="top" onPress={() => props.onUnread(seq)}>
      <Icon name="up" size={16} /> {plural(props.room.me?.unreadCount ?? 0, { one: '{count} unread above', other: '{count} unread above' })}
    </Button>
  );
}

/** The ways to the first unread message and to the newest one, while they are out of sight. */
export function JumpButtons(props: JumpButtonsProps): ReactNode {
  const { room, rows, isAtEnd, hasNewer, onNewest } = props;
  const unread = room.me?.unreadCount ?? 0;
  const isAway = rows.length > 0 && (!isAtEnd || hasNewer);
  return (
    <>
      <UnreadButton {...props} />
      {isAway && (
        <Button className="jump-pill" data-at="bottom" onPress={onNewest}>
          <Icon name="down" size={16} /> {unread > 0 ? plural(unread, { one: '{count} new', other: '{count} new' }) : t('Newest')}
        </Button>
      )}
    </>
  );
}
