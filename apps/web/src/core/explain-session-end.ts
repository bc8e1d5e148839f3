import { type SessionEnd } from '@agent-chat/client';
import { type Explanation } from './explain-error';
import { t } from './translate';

/** Why somebody sees the log-in page who didn't ask for it; undefined where they did. */
export function explainSessionEnd(end: SessionEnd | undefined): Explanation | undefined {
  if (end === undefined || end.reason === 'logout') return undefined;
  if (end.reason === 'elsewhere') return { title: t('You were logged out in another tab'), advice: t('Log in again to go on.') };
  if (end.error?.code === 'REFRESH_TOKEN_REUSED') {
    return {
      title: t('We logged you out to be safe'),
      advice: t('Your session was used from two places at once. If that was not you, tell whoever runs this server.'),
    };
  }
  return {
    title: t('Your session has ended'),
    advice: t('It expired, or was ended from another device. Log in again: what you wrote and did not send is kept.'),
  };
}
