import { type Room, type SearchHit, type SearchOptions } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { client, useMyId, useRoomList } from '../../core/client';
import { nameOf, usePeopleRevision, usePerson } from '../../core/people';
import { useRoomMembers } from '../../core/room-members';
import { roomName, useRoomName } from '../../core/room-names';
import { openRoom } from '../../core/router';
import { shortTimeLabel } from '../../core/time';
import { t } from '../../core/translate';
import { showFound } from '../../text/highlights';
import { Avatar } from '../../ui/avatar';
import { ActionButton, Choice, Field } from '../../ui/controls';
import { EmptyState, ErrorState, IncompleteNote, LoadingState } from '../../ui/states';
import { usePages } from '../../ui/use-pages';
import { useRovingFocus } from '../../ui/use-roving-focus';
import { FileIcon } from '../files/file-icon';
import { SidePanel } from '../shell/side-panel';
import { showPanel } from '../shell/panel';
import { DateField } from './date-field';
import { JumpToDate } from './jump-to-date';

const PHONE = '(max-width: 719px)';

function Found({ hit }: { readonly hit: SearchHit }): ReactNode {
  usePeopleRevision();
  const parts = showFound(hit.message.text, hit.highlights);
  return (
    <p className="hit-text" dir="auto">
      {parts.map(({ text, isMatch }, index) => (isMatch ? <mark key={index}>{text}</mark> : <span key={index}>{plainPiece(text)}</span>))}
    </p>
  );
}

/** Names in a piece of a text, whose blanks at both ends count. */
function plainPiece(text: string): string {
  return text.replace(/<@([0-9a-f-]{36}|room)>/gi, (_, target: string) => (target === 'room' ? '@room' : `@${nameOf(target)}`));
}

function Hit({ hit, isFirst }: { readonly hit: SearchHit; readonly isFirst: boolean }): ReactNode {
  const { message } = hit;
  const me = useMyId();
  const author = usePerson(message.authorId);
  const { rooms } = useRoomList();
  const room = rooms.find(({ roomId }) => roomId === message.roomId);
  const show = (): void => {
    openRoom(message.roomId, message.seq);
    if (window.matchMedia(PHONE).matches) showPanel(undefined);
  };
  return (
    <li>
      <button type="button" className="hit" onClick={show} data-roving tabIndex={isFirst ? 0 : -1}>
        <span className="hit-head">
          <Avatar userId={message.authorId} size="small" />
          <strong className="ellipsis name">{author?.displayName ?? '…'}</strong>
          <span className="muted ellipsis name">{room === undefined ? t('another room') : roomName(room, me)}</span>
          <time className="muted" dateTime={message.createdAt}>
            {shortTimeLabel(message.createdAt, new Date())}
          </time>
        </span>
        <Found hit={hit} />
        {message.attachments.length > 0 && (
          <span className="hit-files">
            <FileIcon name="clip" size={14} />
            <span className="ellipsis">{message.attachments.map(({ name }) => name).join(', ')}</span>
          </span>
        )}
      </button>
    </li>
  );
}

interface Period {
  /** Local days, the last one included; empty for any. */
  readonly from: string;
  readonly to: string;
}

function boundsOf({ from, to }: Period): Pick<SearchOptions, 'after' | 'before'> {
  const afterLast = to === '' ? undefined : new Date(new Date(`${to}T00:00:00`).setHours(24));
  return {
    ...(from === '' ? {} : { after: new Date(`${from}T00:00:00`).toISOString() }),
    ...(afterLast === undefined ? {} : { before: afterLast.toISOString() }),
  };
}

interface FromWhomProps {
  readonly room: Room;
  readonly authorId: string;
  readonly onChange: (authorId: string) => void;
}

/** Anyone, or one of the room's members. Who was chosen stays, also when the room doesn't. */
function FromWhom({ room, authorId, onChange }: FromWhomProps): ReactNode {
  usePeopleRevision();
  const { members } = useRoomMembers(room.roomId);
  const ids = new Set([...members.map(({ user }) => user.userId), ...(authorId === '' ? [] : [authorId])]);
  const people = [...ids].map((id) => ({ id, label: nameOf(id) })).sort((one, other) => one.label.localeCompare(other.label));
  return <Choice label={t('From whom')} value={authorId} options={[{ id: '', label: t('Anyone') }, ...people]} onChange={onChange} />;
}

interface ResultsProps {
  readonly query: string;
  readonly room: Room | undefined;
  readonly authorId: string;
  readonly period: Period;
}

function Results({ query, room, authorId, period }: ResultsProps): ReactNode {
  const onKeyDown = useRovingFocus();
  const roomId = room?.roomId;
  const { items, state, error, isIncomplete, hasMore, more, reload } = usePages(`${roomId ?? ''}:${authorId}:${period.from}:${period.to}:${query}`, (cursor) =>
    client.search(query, {
      limit: 25,
      ...boundsOf(period),
      ...(roomId === undefined ? {} : { roomId }),
      ...(authorId === '' ? {} : { authorId }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
  );
  if (state === 'failed') return <ErrorState error={error} onRetry={reload} />;
  const note = isIncomplete && <IncompleteNote>{t('Some rooms can’t be searched right now.')}</IncompleteNote>;
  if (items.length === 0) {
    if (state === 'loading') return <LoadingState label={t('Searching')} />;
    return (
      <>
        {note}
        <EmptyState icon="search" title={t('Nothing found')}>
          {room === undefined ? t('Try other words.') : t('Try other words, or look in all your rooms.')}{' '}
          {t('Words are found whole; “Files of this room” knows parts of a file’s name, too.')}
        </EmptyState>
      </>
    );
  }
  return (
    <>
      {note}
      <ul className="hits" onKeyDown={onKeyDown}>
        {items.map((hit, index) => (
          <Hit key={hit.message.messageId} hit={hit} isFirst={index === 0} />
        ))}
      </ul>
      {hasMore && <ActionButton onPress={more}>{t('More results')}</ActionButton>}
    </>
  );
}

/** Finds messages in all rooms that one may read. */
export function SearchPanel({ room, onClose }: { readonly room: Room; readonly onClose: () => void }): ReactNode {
  const [query, setQuery] = useState('');
  const [isHereOnly, setHereOnly] = useState(false);
  const [authorId, setAuthorId] = useState('');
  const [period, setPeriod] = useState<Period>({ from: '', to: '' });
  const name = useRoomName(room);
  const wanted = query.trim();
  return (
    <SidePanel title={t('Search')} onClose={onClose}>
      <Field label={t('Search messages')} type="search" value={query} onChange={setQuery} autoFocus />
      <label className="check">
        <input type="checkbox" checked={isHereOnly} onChange={(event) => setHereOnly(event.target.checked)} />
        <span className="ellipsis">{t('Only in {name}', { name })}</span>
      </label>
      <FromWhom room={room} authorId={authorId} onChange={setAuthorId} />
      <div className="date-row">
        <DateField label={t('First day')} value={period.from} onChange={(from) => setPeriod({ ...period, from })} />
        <DateField label={t('Last day')} value={period.to} onChange={(to) => setPeriod({ ...period, to })} />
      </div>
      {wanted === '' && <JumpToDate roomId={room.roomId} />}
      <ActionButton onPress={() => showPanel('files')}>
        <FileIcon name="folder" size={18} /> {t('Files of this room')}
      </ActionButton>
      {wanted === '' ? (
        <EmptyState icon="search" title={t('Find what was said')}>
          {t('In every room you may read. Choose a result to see it where it was written.')}
        </EmptyState>
      ) : (
        <Results query={wanted} room={isHereOnly ? room : undefined} authorId={authorId} period={period} />
      )}
    </SidePanel>
  );
}
