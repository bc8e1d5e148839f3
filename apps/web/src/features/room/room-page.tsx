import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { type Room } from '@agent-chat/client';
import { client, useMyId, useRoomList } from '../../core/client';
import { roomName } from '../../core/room-names';
import { navigate } from '../../core/router';
import { msg, t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { lazyPart } from '../../ui/lazy-part';
import { ErrorState, LoadingState } from '../../ui/states';
import { showPanel, usePanel } from '../shell/panel';
import { SidePanel } from '../shell/side-panel';
import { RoomView } from './room-view';
import { tellActs } from './told-acts';

interface PanelProps {
  readonly room: Room;
  readonly onClose: () => void;
}

/** A panel that is on its way looks like one. */
function panelOf(title: string) {
  return function frame({ onClose }: PanelProps, content: ReactNode): ReactNode {
    return (
      <SidePanel title={t(title)} onClose={onClose}>
        {content}
      </SidePanel>
    );
  };
}

const Members = lazyPart(async () => (await import('../members/members-panel')).MembersPanel, panelOf(msg('Members')));
const Search = lazyPart(async () => (await import('../search/search-panel')).SearchPanel, panelOf(msg('Search')));
const Files = lazyPart(async () => (await import('../files/files-panel')).FilesPanel, panelOf(msg('Files')));
const Settings = lazyPart(async () => (await import('../room-settings/settings-panel')).SettingsPanel, panelOf(msg('Room settings')));

interface FoundRoom {
  readonly room: Room | undefined;
  readonly error: unknown;
  readonly reload: () => void;
}

/** The room from my list, else as the server answers it: a public room is read without being in it. */
function useRoom(roomId: string): FoundRoom {
  const { rooms, loaded } = useRoomList();
  const listed = rooms.find((room) => room.roomId === roomId);
  const [visited, setVisited] = useState<Room>();
  const [error, setError] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const isNeeded = loaded && listed === undefined;
  useEffect(() => {
    if (!isNeeded) return;
    let isOver = false;
    setError(undefined);
    client.rooms.get(roomId).then(
      (room) => {
        if (!isOver) setVisited(room);
      },
      (thrown: unknown) => {
        if (isOver) return;
        setVisited(undefined);
        setError(thrown);
      },
    );
    return () => {
      isOver = true;
    };
  }, [roomId, isNeeded, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const room = listed ?? visited;
  const name = useRef('');
  const me = useMyId();
  if (room !== undefined) name.current = roomName(room, me);
  useEffect(
    () =>
      client.on('rooms', ({ changes }) => {
        // Removed or banned, invited or not any more: what may be seen of it is another thing now.
        if (changes.some((change) => change.roomId === roomId)) reload();
      }),
    [roomId, reload],
  );
  useEffect(() => tellActs(roomId, me, () => name.current), [roomId, me]);
  return { room, error: listed === undefined ? error : undefined, reload };
}

function OpenPanel({ room }: { readonly room: Room }): ReactNode {
  const panel = usePanel();
  if (panel === undefined) return null;
  const close = (): void => showPanel(undefined);
  return (
    <>
      {panel === 'members' && <Members room={room} onClose={close} />}
      {panel === 'search' && <Search room={room} onClose={close} />}
      {panel === 'files' && <Files room={room} onClose={close} />}
      {panel === 'settings' && <Settings room={room} onClose={close} />}
    </>
  );
}

/** One room with what stands beside it. */
export function RoomPage({ roomId, seq }: { readonly roomId: string; readonly seq: number | undefined }): ReactNode {
  const { room, error, reload } = useRoom(roomId);
  if (room === undefined) {
    if (error === undefined) return <LoadingState label={t('Opening the room')} />;
    return (
      <ErrorState error={error} onRetry={reload}>
        <ActionButton look="primary" onPress={() => navigate({ page: 'home' })}>
          {t('Back to your rooms')}
        </ActionButton>
      </ErrorState>
    );
  }
  return (
    <div className="room-and-panel">
      <RoomView room={room} jumpSeq={seq} onMembership={reload} />
      <OpenPanel room={room} />
    </div>
  );
}
