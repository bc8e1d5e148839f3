import { useEffect, type ReactNode } from 'react';
import { useConnection, useRoomList } from '../../core/client';
import { formatRoute } from '../../core/route';
import { useRoute } from '../../core/router';
import { Sheet } from '../../ui/dialog';
import { ErrorBoundary } from '../../ui/error-boundary';
import { lazyPart } from '../../ui/lazy-part';
import { Sidebar } from '../room-list/sidebar';
import { RoomPage } from '../room/room-page';
import { ConnectionBanner } from './connection-banner';
import { Home } from './home';
import { openDialog, useOpenDialog } from './open-dialog';
import { showPanel, usePanel } from './panel';
import { usePrefetch } from './use-prefetch';

interface Closable {
  readonly onClose: () => void;
}

/** A dialog that is on its way looks like one. */
function sheetOf(title: string) {
  return function frame({ onClose }: Closable, content: ReactNode): ReactNode {
    return (
      <Sheet title={title} isOpen onClose={onClose}>
        {content}
      </Sheet>
    );
  };
}

const Discover = lazyPart(async () => (await import('../discover/discover')).Discover);
const Operations = lazyPart(async () => (await import('../operations/operations')).Operations, undefined, { isPrefetched: false });
const CreateRoom = lazyPart(async () => (await import('../create-room/create-room')).CreateRoom, sheetOf('Create a room'));
const NewDirect = lazyPart(async () => (await import('../create-room/new-direct')).NewDirect, sheetOf('Message somebody'));
const Switcher = lazyPart(async () => (await import('../switcher/switcher')).Switcher, sheetOf('Jump to a room'));

/** Ctrl or Cmd and K opens the room switcher from everywhere. */
function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      openDialog('switcher');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function useTitle(): void {
  const { unreadCount } = useRoomList();
  useEffect(() => {
    document.title = unreadCount > 0 ? `(${unreadCount > 99 ? '99+' : String(unreadCount)}) Agent Chat` : 'Agent Chat';
  }, [unreadCount]);
}

function Dialogs(): ReactNode {
  const dialog = useOpenDialog();
  const close = (): void => openDialog(undefined);
  return (
    <>
      {dialog === 'create-room' && <CreateRoom onClose={close} />}
      {dialog === 'direct' && <NewDirect onClose={close} />}
      {dialog === 'switcher' && <Switcher onClose={close} />}
    </>
  );
}

/** Everything that a signed-in person sees: rooms, the room, and what stands beside it. */
export function Shell(): ReactNode {
  const route = useRoute();
  const panel = usePanel();
  useShortcuts();
  useTitle();
  usePrefetch(useConnection().state === 'connected');
  const roomId = route.page === 'room' ? route.roomId : undefined;
  useEffect(() => {
    if (roomId === undefined) showPanel(undefined);
  }, [roomId]);
  return (
    <div className="shell" data-page={route.page} data-panel={panel}>
      <a className="skip-link" href="#main">
        Skip to the conversation
      </a>
      <ConnectionBanner />
      <div className="panes">
        <Sidebar />
        <main id="main" className="main-pane" tabIndex={-1}>
          <ErrorBoundary resetKey={formatRoute(route)}>
            {route.page === 'home' && <Home />}
            {route.page === 'discover' && <Discover />}
            {route.page === 'operations' && <Operations section={route.section} />}
            {route.page === 'room' && <RoomPage key={route.roomId} roomId={route.roomId} seq={route.seq} />}
          </ErrorBoundary>
        </main>
      </div>
      <Dialogs />
    </div>
  );
}
