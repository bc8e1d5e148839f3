import './shell.css';
import '../room-list/room-list.css';
import '../room/room.css';
import '../timeline/timeline.css';
import '../timeline/message.css';
import '../composer/composer.css';
import './panels.css';
import { useEffect, type ReactNode } from 'react';
import { useConnection, useRoomList } from '../../core/client';
import { formatRoute } from '../../core/route';
import { useRoute } from '../../core/router';
import { t } from '../../core/translate';
import { ErrorBoundary } from '../../ui/error-boundary';
import { lazyPart } from '../../ui/lazy-part';
import { Sidebar } from '../room-list/sidebar';
import { RoomPage } from '../room/room-page';
import { useNotices } from '../notices/use-notices';
import { SHORTCUTS } from '../shortcuts/shortcuts';
import { ConnectionBanner } from './connection-banner';
import { Dialogs } from './dialogs';
import { Home } from './home';
import { showPanel, usePanel } from './panel';
import { usePrefetch } from './use-prefetch';

const Discover = lazyPart(async () => (await import('../discover/discover')).Discover);
const Mentions = lazyPart(async () => (await import('../mentions/mentions')).Mentions);
const Operations = lazyPart(async () => (await import('../operations/operations')).Operations, undefined, { isPrefetched: false });

function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const shortcut = event.isComposing ? undefined : SHORTCUTS.find(({ isFor }) => isFor(event));
      if (shortcut === undefined) return;
      event.preventDefault();
      shortcut.run();
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

/** Everything that a signed-in person sees: rooms, the room, and what stands beside it. */
export function Shell(): ReactNode {
  const route = useRoute();
  const panel = usePanel();
  useShortcuts();
  useTitle();
  const isLive = useConnection().state === 'connected';
  usePrefetch(isLive);
  useNotices(isLive);
  const roomId = route.page === 'room' ? route.roomId : undefined;
  useEffect(() => {
    if (roomId === undefined) showPanel(undefined);
  }, [roomId]);
  return (
    <div className="shell" data-page={route.page} data-panel={panel}>
      <a className="skip-link" href="#main">
        {t('Skip to the conversation')}
      </a>
      <ConnectionBanner />
      <div className="panes">
        <Sidebar />
        <main id="main" className="main-pane" tabIndex={-1}>
          <ErrorBoundary resetKey={formatRoute(route)}>
            {route.page === 'home' && <Home />}
            {route.page === 'discover' && <Discover />}
            {route.page === 'mentions' && <Mentions />}
            {route.page === 'operations' && <Operations section={route.section} />}
            {route.page === 'room' && <RoomPage key={route.roomId} roomId={route.roomId} seq={route.seq} />}
          </ErrorBoundary>
        </main>
      </div>
      <Dialogs />
    </div>
  );
}
