import { type Message } from '@agent-chat/client';
import { useEffect, useRef, type ReactNode } from 'react';
import { client, useMyId, useRoomList } from '../../core/client';
import { nameOf, usePeopleRevision, usePerson } from '../../core/people';
import { roomName } from '../../core/room-names';
import { navigate, openRoom } from '../../core/router';
import { shortTimeLabel } from '../../core/time';
import { t } from '../../core/translate';
import { plainText } from '../../text/parse-text';
import { Avatar } from '../../ui/avatar';
import { ActionButton, IconButton } from '../../ui/controls';
import { EmptyState, ErrorState, IncompleteNote, LoadingState } from '../../ui/states';
import { usePages } from '../../ui/use-pages';
import { useRovingFocus } from '../../ui/use-roving-focus';
import { flag } from '../../ui/flag';
import { messageWords } from '../files/file-words';

function Mention({ message, isFirst }: { readonly message: Message; readonly isFirst: boolean }): ReactNode {
  const me = useMyId();
  const author = usePerson(message.authorId);
  usePeopleRevision();
  const room = useRoomList().rooms.find(({ roomId }) => roomId === message.roomId);
  const isUnread = message.seq > (room?.me?.readSeq ?? message.seq);
  return (
    <li>
      <button
        type="button"
        className="hit"
        data-unread={flag(isUnread)}
        data-roving
        tabIndex={isFirst ? 0 : -1}
        onClick={() => openRoom(message.roomId, message.seq)}
      >
        <span className="hit-head">
          <Avatar userId={message.authorId} size="small" />
          <strong className="ellipsis name">{author?.displayName ?? '…'}</strong>
          <span className="muted ellipsis name">{room === undefined ? t('another room') : roomName(room, me)}</span>
          {isUnread && <span className="tag">{t('new')}</span>}
          <time className="muted" dateTime={message.createdAt}>
            {shortTimeLabel(message.createdAt, new Date())}
          </time>
        </span>
        <span className="hit-text" dir="auto">
          {messageWords(plainText(message.text ?? '', nameOf), message.attachments)}
        </span>
      </button>
    </li>
  );
}

function MentionList(): ReactNode {
  const { mentionCount } = useRoomList();
  const onKeyDown = useRovingFocus();
  const { items, state, error, isIncomplete, hasMore, more, reload } = usePages('', (cursor) =>
    client.messages.mentions({ limit: 30, ...(cursor === undefined ? {} : { cursor }) }),
  );
  const before = useRef(mentionCount);
  useEffect(() => {
    // One more: it is the newest. Fewer were read, and stay in the list.
    if (mentionCount > before.current) reload();
    before.current = mentionCount;
  }, [mentionCount, reload]);
  if (state === 'failed' && items.length === 0) return <ErrorState error={error} onRetry={reload} />;
  if (items.length === 0) {
    if (state === 'loading') return <LoadingState label={t('Looking for mentions')} />;
    return (
      <EmptyState icon="at" title={t('Nobody has named you yet')}>
        {t('When somebody writes @ and your name, or @room, it stands here.')}
      </EmptyState>
    );
  }
  return (
    <>
      {isIncomplete && <IncompleteNote>{t('Some of your rooms can’t be reached right now.')}</IncompleteNote>}
      <ul className="hits" onKeyDown={onKeyDown} aria-label={t('Mentions')}>
        {items.map((message, index) => (
          <Mention key={message.messageId} message={message} isFirst={index === 0} />
        ))}
      </ul>
      {hasMore && <ActionButton onPress={more}>{t('Older mentions')}</ActionButton>}
    </>
  );
}

/** Where I was named, newest first; leads there. */
export function Mentions(): ReactNode {
  return (
    <section className="page" aria-label={t('Mentions')}>
      <header className="page-header">
        <span className="only-phone">
          <IconButton icon="back" label={t('Back to your rooms')} onPress={() => navigate({ page: 'home' })} />
        </span>
        <h1>{t('Mentions')}</h1>
      </header>
      <div className="page-body">
        <MentionList />
      </div>
    </section>
  );
}
