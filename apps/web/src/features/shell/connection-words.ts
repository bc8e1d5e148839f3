import { type ConnectionStatus } from '@agent-chat/client';
import { t } from '../../core/translate';

/** What the banner says of a connection that isn't there. */
export interface ConnectionWords {
  /** The same through all attempts: it is read out when it changes. */
  readonly words: string;
  /** When it is tried again; counted down, and not read out. */
  readonly next?: string | undefined;
  /** What a person can do about it. */
  readonly action?: 'retry' | 'connect' | undefined;
}

/** A wait of a second or less is over before it is read. */
function nextTry(leftSec = 0): string {
  return leftSec > 1 ? t('Next try in {seconds} s.', { seconds: leftSec }) : t('Trying now…');
}

export function connectionWords({ state, error }: ConnectionStatus, isOnline: boolean, leftSec: number | undefined): ConnectionWords {
  if (!isOnline) return { words: t('You are offline. What you write is kept and sent when you are back.') };
  if (state === 'closed') return { words: t('The server ended this connection.'), action: 'connect' };
  if (state === 'connecting' && error === undefined) return { words: t('Connecting…') };
  const words = state === 'reconnecting' ? t('Connection lost. What you write is kept and sent once it is back.') : t('The server can’t be reached.');
  return { words, next: nextTry(leftSec), action: 'retry' };
}
