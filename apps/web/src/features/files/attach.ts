import { type Attachment } from '@agent-chat/client';
import { attempt, toastInfo } from '../../core/toasts';
import { plural, t } from '../../core/translate';
import { type Tray } from './tray';
import { MAX_FILES, trayItems } from './tray-items';

/** Does something with a person's tray; its code is fetched when it is first needed. */
export function withTray(me: string, roomId: string, work: (tray: Tray) => void): void {
  void attempt(async () => work((await import('./trays')).trayOf(me, roomId)));
}

/** Brings back what an earlier page has left in the tray; where its code can't be fetched, nothing is. */
export function openTray(me: string, roomId: string): void {
  import('./trays').then(({ trayOf }) => trayOf(me, roomId)).catch(() => undefined);
}

/** Puts files into the tray, and says so where there are too many. */
export function addFiles(me: string, roomId: string, files: readonly File[]): void {
  withTray(me, roomId, (tray) => {
    const left = tray.add(files);
    if (left === 0) return;
    const title = t('A message takes {count} files', { count: MAX_FILES });
    toastInfo(
      title,
      plural(left, { one: '{count} file was left out: send it with the next one.', other: '{count} files were left out: send them with the next one.' }),
    );
  });
}

/** Files of what was pasted or dropped. What comes with words, as out of a table, is meant as words. */
export function filesIn({ files, types }: DataTransfer): readonly File[] {
  return types.includes('text/plain') ? [] : [...files];
}

/** What is in the tray and was uploaded. */
export function readyFiles(me: string, roomId: string): readonly Attachment[] {
  return trayItems(me, roomId)
    .getSnapshot()
    .flatMap(({ attachment }) => attachment ?? []);
}

/** What was in the tray has gone with a message. */
export function emptyTray(me: string, roomId: string): void {
  const items = trayItems(me, roomId).getSnapshot();
  if (items.length === 0) return;
  trayItems(me, roomId).set([]);
  withTray(me, roomId, (tray) => tray.sent(items));
}
