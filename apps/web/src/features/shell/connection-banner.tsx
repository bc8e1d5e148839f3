import { useEffect, useState, type ReactNode } from 'react';
import { client, useConnection, useOnline } from '../../core/client';
import { toastError } from '../../core/toasts';
import { t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { connectionWords, type ConnectionWords } from './connection-words';
import { useCountdown } from './use-countdown';

/** A connection that is there this soon needs no word. */
const PATIENCE_MS = 900;

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

function Action({ action }: Pick<ConnectionWords, 'action'>): ReactNode {
  if (action === undefined) return null;
  const run = (): void => {
    if (action === 'retry') client.retryNow();
    else client.connect().catch(toastError);
  };
  return (
    <ActionButton look="quiet" onPress={run}>
      {action === 'retry' ? t('Try now') : t('Connect again')}
    </ActionButton>
  );
}

/** Says so when the live connection is not there, and when it is tried again. */
export function ConnectionBanner(): ReactNode {
  const status = useConnection();
  const { state, retryInMs } = status;
  const isOnline = useOnline();
  const leftSec = useCountdown(retryInMs, status);
  const isDown = useLater(state !== 'connected');
  const isShown = isDown || !isOnline;
  const { words, next, action } = connectionWords(status, isOnline, leftSec);
  return (
    <div className="connection" data-state={isOnline ? state : 'offline'} data-shown={isShown || undefined}>
      {isShown && <span className="connection-dot" aria-hidden="true" />}
      <span role="status">{isShown && words}</span>
      {isShown && next !== undefined && <span className="connection-next">{next}</span>}
      {isShown && <Action action={action} />}
    </div>
  );
}
