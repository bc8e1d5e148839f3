import { client } from '../../core/client';
import { forgetFiles, keepFile, keptFiles, noteUpload } from './kept-files';
import { maxBytes } from './limits';
import { keepOwnPicture } from './own-pictures';
import { Tray } from './tray';
import { trayItems } from './tray-items';

const SHOWN = /^image\/(png|jpeg|webp|gif|avif)$/;

const trays = new Map<string, Tray>();

function newKey(): string {
  return `${String(Date.now())}-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function open(me: string, roomId: string): Tray {
  return new Tray({
    items: trayItems(me, roomId),
    upload: (blob, options) => client.files.upload(roomId, blob, options),
    maxBytes,
    keep: (file) => void keepFile({ ...file, me, roomId, atMs: Date.now() }),
    noteUpload: (key, attachmentId) => void noteUpload(key, attachmentId),
    forget: (keys) => void forgetFiles(keys),
    preview: (blob) => (SHOWN.test(blob.type) ? URL.createObjectURL(blob) : undefined),
    letGo: (preview) => URL.revokeObjectURL(preview),
    keepPreview: keepOwnPicture,
    newKey,
  });
}

/** What an earlier page of this browser has left goes on in one tab alone, for as long as that is open. */
async function restore(tray: Tray, me: string, roomId: string): Promise<void> {
  const goOn = async (): Promise<void> => tray.restore(await keptFiles(me, roomId, Date.now()));
  // Browsers have locks in secure contexts only.
  if (!('locks' in navigator)) return goOn();
  await navigator.locks.request(`agent-chat:tray:${me}:${roomId}`, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    await goOn();
    await new Promise<never>(() => undefined);
  });
}

/** A person's tray in a room; what was left in it over a reload comes back. */
export function trayOf(me: string, roomId: string): Tray {
  const key = `${me}:${roomId}`;
  const known = trays.get(key);
  if (known !== undefined) return known;
  const tray = open(me, roomId);
  trays.set(key, tray);
  window.addEventListener('online', () => tray.retryAll());
  void restore(tray, me, roomId);
  // Before anything is chosen: the page says how large files may be.
  void maxBytes();
  return tray;
}
