import { type Room } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { client, useRoomList } from '../../core/client';
import { navigate, openRoom } from '../../core/router';
import { attempt } from '../../core/toasts';
import { plural, t } from '../../core/translate';
import { usePages } from '../../ui/use-pages';
import { RoomAvatar } from '../../ui/avatar';
import { ActionButton, Field, IconButton } from '../../ui/controls';
import { EmptyState, ErrorState, IncompleteNote, LoadingState } from '../../ui/states';
import { openDialog } from '../shell/open-dialog';

function DiscoveredRoom({ room, isMine }: { readonly room: Room; readonly isMine: boolean }): ReactNode {
  const [isBusy, setBusy] = useState(false);
  const join = async (): Promise<void> => {
    setBusy(true);
    const isIn = await attempt(async () => client.roomList.put(await client.rooms.join(room.roomId)));
    setBusy(false);
    if (isIn) openRoom(room.roomId);
  };
  return (
    <li className="discovered">
      <RoomAvatar room={room} />
      <div className="discovered-words">
        <h2>
          <button type="button" className="text-button" aria-label={t('Look into {name}', { name: room.name })} onClick={() => openRoom(room.roomId)}>
            {room.name}
          </button>
        </h2>
        <p className="muted">
          {plural(room.memberCount, { one: '{count} member', other: '{count} members' })}
          {room.topic !== '' && ` · ${room.topic}`}
        </p>
      </div>
      {isMine && <ActionButton onPress={() => openRoom(room.roomId)}>{t('Open')}</ActionButton>}
      {!isMine && (
        <ActionButton look="primary" isPending={isBusy} aria-label={t('Join {name}', { name: room.name })} onPress={() => void join()}>
          {t('Join')}
        </ActionButton>
      )}
    </li>
  );
}

function Nothing({ query }: { readonly query: string }): ReactNode {
  return (
    <EmptyState
      icon="compass"
      title={query === '' ? t('No public rooms yet') : t('No public room is called “{query}”', { query })}
      actions={<ActionButton onPress={() => openDialog('create-room')}>{t('Create a room')}</ActionButton>}
    >
      {query === '' ? t('Open the first one.') : t('Try fewer letters, or open such a room yourself.')}
    </EmptyState>
  );
}

/** Public rooms, to be looked into and joined. */
export function Discover(): ReactNode {
  const [query, setQuery] = useState('');
  const wanted = query.trim();
  const { rooms } = useRoomList();
  const mine = new Set(rooms.flatMap(({ roomId, me }) => (me === undefined ? [] : [roomId])));
  const { items, state, error, isIncomplete, hasMore, more, reload } = usePages(wanted, (cursor) =>
    client.rooms.discover({ limit: 30, ...(wanted === '' ? {} : { query: wanted }), ...(cursor === undefined ? {} : { cursor }) }),
  );
  return (
    <section className="page" aria-label={t('Discover rooms')}>
      <header className="page-header">
        <span className="only-phone">
          <IconButton icon="back" label={t('Back to your rooms')} onPress={() => navigate({ page: 'home' })} />
        </span>
        <h1>{t('Discover rooms')}</h1>
        <ActionButton look="primary" onPress={() => openDialog('create-room')}>
          {t('Create a room')}
        </ActionButton>
      </header>
      <div className="page-body">
        <Field label={t('Find a public room')} value={query} onChange={setQuery} placeholder={t('Name')} autoFocus />
        {isIncomplete && <IncompleteNote>{t('Some rooms can’t be reached right now, and are missing here.')}</IncompleteNote>}
        {state === 'loading' && items.length === 0 && <LoadingState label={t('Looking for rooms')} />}
        {state === 'failed' && <ErrorState error={error} onRetry={reload} />}
        {state === 'loaded' && items.length === 0 && !isIncomplete && <Nothing query={wanted} />}
        <ul className="discovered-list">
          {items.map((room) => (
            <DiscoveredRoom key={room.roomId} room={room} isMine={mine.has(room.roomId)} />
          ))}
        </ul>
        {hasMore && <ActionButton onPress={more}>{t('More rooms')}</ActionButton>}
      </div>
    </section>
  );
}
