import { useEffect, useRef, useState } from 'react';
import { useStore } from '../../core/store';
import { openTray } from '../files/attach';
import { readinessOf, trayItems, type TrayReadiness } from '../files/tray-items';

interface TrayOfMessage {
  readonly files: TrayReadiness;
  /** The message goes as soon as its files are there. */
  readonly isAwaited: boolean;
  /** Sends now, or once the files are there; not while one of them can't be sent. */
  readonly sendOnceReady: () => void;
  readonly wait: () => void;
}

/** The files of the message that is being written; brings back what was left in the tray. */
export function useTray(me: string, roomId: string, send: () => void): TrayOfMessage {
  const files = readinessOf(useStore(trayItems(me, roomId)));
  const [isAwaited, setAwaited] = useState(false);
  const sender = useRef(send);
  sender.current = send;
  useEffect(() => openTray(me, roomId), [me, roomId]);
  const { count, isUploading, hasFailed } = files;
  useEffect(() => {
    if (!isAwaited || isUploading) return;
    setAwaited(false);
    // Whoever took the last file out has changed their mind.
    if (!hasFailed && count > 0) sender.current();
  }, [isAwaited, isUploading, hasFailed, count]);
  return {
    files,
    isAwaited,
    sendOnceReady: () => {
      if (hasFailed) return;
      if (isUploading) setAwaited(true);
      else sender.current();
    },
    wait: () => setAwaited(false),
  };
}
