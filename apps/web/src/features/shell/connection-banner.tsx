import { useEffect, useState, type ReactNode } from 'react';
import { client, useConnection } from '../../core/client';
import { toastError } from '../../core/toasts';
import { ActionButton } from '../../ui/controls';

/** A connection that is there this soon needs no word. */
const PATIENCE_MS = 900;

function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine);
    window.addEventListener('online', update);
    window.addEventListener('offline', update);
    return () => {
      window.removeEventListener('online', update);
      window.removeEventListener('offline', update);
    };
  }, []);
  return isOnline;
}

function useLater(isTrue: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isTrue) return;
    const timer = window.setTimeout(() => setLong(true), PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
      setLong(false);
    };
  }, [isTrue]);
  return isTrue && isLong;
}

function words(state: string, isOnline: boolean): string {
  if (!isOnline) return 'You are offline. What you write is kept and sent when you are back.';
  if (state === 'reconnecting') return 'Connection lost. Reconnecting… What you write is kept and sent then.';
  if (state === 'closed') return 'The server ended this connection.';
  return 'Connecting…';
}

/** Says so when the live connection is not there. */
export function ConnectionBanner(): ReactNode {
  const { state } = useConnection();
  const isOnline = useOnline();
  const isDown = useLater(state !== 'connected');
  const isShown = isDown || !isOnline;
  return (
    <div className="connection" role="status" data-state={isOnline ? state : 'offline'} data-shown={isShown || undefined}>
      {isShown && (
        <>
          <span className="connection-dot" aria-hidden="true" />
          <span>{words(state, isOnline)}</span>
          {state === 'closed' && (
            <ActionButton look="quiet" onPress={() => void client.connect().catch(toastError)}>
              Connect again
            </ActionButton>
          )}
        </>
      )}
    </div>
  );
}
