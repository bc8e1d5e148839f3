import { type Room } from '@agent-chat/client';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { client, useConnection, useMyId, useRoomList } from '../../core/client';
import { navigate, useRoute } from '../../core/router';
import { otherOf } from '../../core/room-names';
import { useWatched } from '../../core/presence';
import { useRovingFocus } from '../../ui/use-roving-focus';
import { EmptyState, ErrorState, IncompleteNote, LoadingState } from '../../ui/states';
import { ActionButton } from '../../ui/controls';
import { openDialog } from '../shell/open-dialog';
import { Invitation } from './invitation';
import { RoomItem } from './room-item';

/** Reads the list at first, and again when the connection comes and it isn't there yet. */
function useLoaded(): { readonly error: unknown; readonly load: () => void } {
  const [error, setError] = useState<unknown>();
  const { state } = useConnection();
  const isConnected = state === 'connected';
  const load = useCallback(() => {
    client.roomList.load().then(() => setError(undefined), setError);
  }, []);
  useEffect(() => {
    if (!client.roomList.getSnapshot().loaded) load();
  }, [load, isConnected]);
  return { error, load };
}

function Rooms({ rooms }: { readonly rooms: readonly Room[] }): ReactNode {
  const route = useRoute();
  const onKeyDown = useRovingFocus();
  const current = route.page === 'room' ? route.roomId : undefined;
  const tabStop = rooms.some(({ roomId }) => roomId === current) ? current : rooms[0]?.roomId;
  return (
    <ul className="room-list" onKeyDown={onKeyDown}>
      {rooms.map((room) => (
        <RoomItem key={room.roomId} room={room} isCurrent={room.roomId === current} isTabStop={room.roomId === tabStop} />
      ))}
    </ul>
  );
}

/** My rooms, newest activity first, with what is unread. */
export function RoomList(): ReactNode {
  const me = useMyId();
  const { rooms, loaded, incomplete } = useRoomList();
  const { error, load } = useLoaded();
  const invitations = rooms.filter((room) => room.me === undefined && room.invited === true);
  const mine = rooms.filter((room) => room.me !== undefined);
  useWatched(mine.flatMap((room) => otherOf(room, me) ?? []).slice(0, 60));
  if (!loaded && error !== undefined) return <ErrorState error={error} onRetry={load} />;
  if (!loaded) return <LoadingState label="Loading your rooms" />;
  return (
    <div className="room-scroll">
      {incomplete && <IncompleteNote>Some of your rooms can’t be reached right now.</IncompleteNote>}
      {invitations.length > 0 && (
        <section aria-label="Invitations">
          <h2 className="list-heading">Invitations</h2>
          <ul className="invitations">
            {invitations.map((room) => (
              <Invitation key={room.roomId} room={room} />
            ))}
          </ul>
        </section>
      )}
      {mine.length === 0 && !incomplete ? (
        <EmptyState
          icon="chat"
          title="No rooms yet"
          actions={
            // Beside it, where there is room, the page itself offers the same.
            <span className="only-phone">
              <ActionButton look="primary" onPress={() => navigate({ page: 'discover' })}>
                Discover rooms
              </ActionButton>
              <ActionButton onPress={() => openDialog('direct')}>Message somebody</ActionButton>
              <ActionButton onPress={() => openDialog('create-room')}>Create a room</ActionButton>
            </span>
          }
        >
          The rooms you join, and the people you write to, will stand here.
        </EmptyState>
      ) : (
        <Rooms rooms={mine} />
      )}
    </div>
  );
}
