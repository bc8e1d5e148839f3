import { useEffect } from 'react';
import { showInBrowser } from '../../core/browser-notices';
import { client, useMyId } from '../../core/client';
import { people } from '../../core/people';
import { forgetPreferences, loadPreferences, notifyOf } from '../../core/room-preferences';
import { roomName } from '../../core/room-names';
import { formatRoute } from '../../core/route';
import { currentRoute, openRoom } from '../../core/router';
import { isLookedAt, speaksForAll } from '../../core/tabs';
import { toastNews } from '../../core/toasts';
import { t } from '../../core/translate';
import { previewWords } from '../files/file-words';
import { decideNotices, type KnownRooms, type Notice } from './decide-notices';

/** After a long sleep everything is new: of more rooms than this one is told together. */
const MOST = 3;

async function nameOfPerson(userId: string): Promise<string> {
  return (await people.find(userId))?.displayName ?? t('Somebody');
}

async function words({ kind, room }: Notice, me: string): Promise<{ readonly title: string; readonly body: string }> {
  const other = room.directUserIds?.find((userId) => userId !== me);
  if (other !== undefined) await people.find(other);
  const name = roomName(room, me);
  if (kind === 'invitation' || room.lastMessage === undefined) return { title: t('Invitation'), body: t('You were invited to {name}.', { name }) };
  const author = await nameOfPerson(room.lastMessage.authorId);
  const text = previewWords(room.lastMessage, (userId) => people.get(userId)?.displayName ?? t('Somebody'));
  if (room.kind === 'direct') return { title: author, body: text };
  return {
    title: kind === 'mention' ? t('{author} named you in {room}', { author, room: name }) : t('{author} in {room}', { author, room: name }),
    body: text,
  };
}

async function tell(notice: Notice, me: string): Promise<void> {
  const { roomId } = notice.room;
  const { title, body } = await words(notice, me);
  if (isLookedAt()) toastNews(title, body, () => openRoom(roomId));
  else if (await speaksForAll()) await showInBrowser({ title, body, tag: roomId, path: formatRoute({ page: 'room', roomId }) });
}

async function tellTogether(notices: readonly Notice[]): Promise<void> {
  const title = t('News in {count} rooms', { count: notices.length });
  if (isLookedAt()) toastNews(title, '');
  else if (await speaksForAll()) await showInBrowser({ title, body: '', tag: 'many', path: '/' });
}

/** Tells the person of what happens in rooms that they don't look at: in the page, or by the browser where nobody looks at any of its tabs. */
export function useNotices(isLive: boolean): void {
  const me = useMyId();
  useEffect(() => {
    if (isLive) void loadPreferences();
  }, [isLive]);
  useEffect(() => {
    let known: KnownRooms;
    const look = (): void => {
      const { rooms, loaded, kept } = client.roomList.getSnapshot();
      // What was kept is old: compared with it everything would be news.
      if (!loaded || kept) return;
      const route = currentRoute();
      const openRoomId = route.page === 'room' && isLookedAt() ? route.roomId : undefined;
      const decided = decideNotices(known, rooms, { me, openRoomId, notifyOf });
      ({ known } = decided);
      if (decided.notices.length > MOST) void tellTogether(decided.notices);
      else for (const notice of decided.notices) void tell(notice, me);
    };
    look();
    const stop = client.roomList.subscribe(look);
    return () => {
      stop();
      forgetPreferences();
    };
  }, [me]);
}
