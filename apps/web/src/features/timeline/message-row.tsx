import { type Room, type TimelineItem } from '@agent-chat/client';
import { memo, useCallback, useRef, useState, type FocusEvent, type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { usePerson } from '../../core/people';
import { dayLabel, fullTimeLabel, timeLabel, tinyTimeLabel } from '../../core/time';
import { useToday } from '../../core/today';
import { t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { flag } from '../../ui/flag';
import { FilesOfMessage } from '../files/files-of-message';
import { openDialog } from '../shell/open-dialog';
import { LongText } from './long-text';
import { messageRights, type MessageActions } from './message-actions';
import { MessageToolbar } from './message-toolbar';
import { Quote } from './quote';
import { Reactions } from './reactions';
import { SendStatus } from './send-status';
import { type TimelineRow } from './timeline-rows';

interface MessageRowProps {
  readonly row: TimelineRow;
  readonly room: Room;
  readonly actions: MessageActions;
  readonly isFlashing: boolean;
  readonly isTabStop: boolean;
  readonly onFocus: (key: string) => void;
  readonly onShow: (seq: number) => void;
}

function Separators({ row }: { readonly row: TimelineRow }): ReactNode {
  const today = useToday();
  return (
    <>
      {row.day !== undefined && (
        <div className="day" role="separator">
          <span>{dayLabel(row.day, new Date(`${today}T12:00:00`))}</span>
        </div>
      )}
      {row.isFirstUnread && (
        <div className="unread-divider" role="separator">
          <span>{t('New messages')}</span>
        </div>
      )}
    </>
  );
}

/** Leads to what stood there before, whoever may see that. */
function Edited({ item, room, tabIndex }: { readonly item: TimelineItem; readonly room: Room; readonly tabIndex: number }): ReactNode {
  const { canSeeRevisions } = messageRights(item, room, useMyId());
  const title = fullTimeLabel(item.editedAt ?? item.createdAt);
  if (!canSeeRevisions) {
    return (
      <span className="edited" title={title}>
        {t('(edited)')}
      </span>
    );
  }
  return (
    <button type="button" className="edited text-button" title={title} tabIndex={tabIndex} onClick={() => openDialog({ kind: 'revisions', message: item })}>
      {t('(edited)')}
    </button>
  );
}

function Body({ row, room, tabIndex }: { readonly row: TimelineRow; readonly room: Room; readonly tabIndex: number }): ReactNode {
  const { item } = row;
  if (item.deletedAt !== undefined) return <p className="tombstone">{t('This message was deleted.')}</p>;
  if (item.redacted || item.text === undefined) return <p className="tombstone">{t('This message was erased.')}</p>;
  return (
    <>
      {item.text !== '' && <LongText id={item.id} text={item.text} tabIndex={tabIndex} />}
      {item.text === '' && item.attachments.length === 0 && <p className="tombstone">{t('There were files here.')}</p>}
      {item.attachments.length > 0 && <FilesOfMessage message={item} tabIndex={tabIndex} />}
      {item.editedAt !== undefined && <Edited item={item} room={room} tabIndex={tabIndex} />}
      <Reactions item={item} room={room} tabIndex={tabIndex} />
    </>
  );
}

function Byline({ row }: { readonly row: TimelineRow }): ReactNode {
  const { authorId, createdAt } = row.item;
  const author = usePerson(authorId);
  return (
    <header className="byline">
      {/* A short way for the pointer; by keys it is in the menu of the message. */}
      <span className="author name" onClick={() => openDialog({ kind: 'person', userId: authorId })}>
        {author?.displayName ?? '…'}
      </span>
      {author?.bot === true && <span className="tag">{t('bot')}</span>}
      <time dateTime={createdAt} title={fullTimeLabel(createdAt)}>
        {timeLabel(createdAt)}
      </time>
    </header>
  );
}

function Gutter({ row }: { readonly row: TimelineRow }): ReactNode {
  const { authorId, createdAt } = row.item;
  return (
    <div className="message-gutter">
      {row.isGrouped ? (
        <time className="gutter-time" dateTime={createdAt}>
          {tinyTimeLabel(createdAt)}
        </time>
      ) : (
        <Avatar userId={authorId} />
      )}
    </div>
  );
}

function isNamed({ authorId, mentions }: TimelineItem, me: string): boolean {
  return authorId !== me && mentions.some((target) => target === me || target === 'room');
}

/** What is only there while the pointer or the focus is on the message: a toolbar a row would be a thousand of them. */
function useAttention(key: string, onFocus: (key: string) => void) {
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const blurred = useCallback((event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
  }, []);
  const focused = useCallback(() => {
    setFocused(true);
    onFocus(key);
  }, [key, onFocus]);
  const events = { onPointerEnter: () => setHovered(true), onPointerLeave: () => setHovered(false), onFocus: focused, onBlur: blurred };
  return { isAttended: isHovered || isFocused || isBusy, setBusy, events };
}

/** One message with what stands above it. */
export const MessageRow = memo(function MessageRow({ row, room, actions, isFlashing, isTabStop, onFocus, onShow }: MessageRowProps) {
  const { item, isGrouped } = row;
  const me = useMyId();
  const article = useRef<HTMLElement>(null);
  const author = usePerson(item.authorId);
  const { isAttended, setBusy, events } = useAttention(row.key, onFocus);
  const rights = messageRights(item, room, me);
  const namesMe = isNamed(item, me);
  // The timeline is one stop for the Tab key: what is in a message is reached from that message, which the arrows choose.
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <>
      <Separators row={row} />
      <article
        ref={article}
        className="message"
        aria-label={`${author?.displayName ?? t('Somebody')}, ${timeLabel(item.createdAt)}`}
        data-message-id={item.messageId}
        data-grouped={flag(isGrouped)}
        data-state={item.state}
        data-mention={flag(namesMe)}
        data-flash={flag(isFlashing)}
        data-attended={flag(isAttended)}
        tabIndex={tabIndex}
        {...events}
      >
        {item.replyTo !== undefined && <Quote room={room} messageId={item.replyTo} tabIndex={tabIndex} onShow={onShow} />}
        <Gutter row={row} />
        <div className="message-content">
          {!isGrouped && <Byline row={row} />}
          <Body row={row} room={room} tabIndex={tabIndex} />
          <SendStatus item={item} />
        </div>
        {isAttended && rights.isStored && <MessageToolbar item={item} rights={rights} actions={actions} onBusy={setBusy} />}
      </article>
    </>
  );
});
