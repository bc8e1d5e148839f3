import { type ListedSession } from '@agent-chat/client';
import { useCallback, useEffect, useId, useState, type ReactNode } from 'react';
import { client } from '../../core/client';
import { shortTimeLabel } from '../../core/time';
import { attempt, toastInfo } from '../../core/toasts';
import { locale, t } from '../../core/translate';
import { confirmed } from '../../ui/confirm';
import { ActionButton } from '../../ui/controls';
import { Sheet } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { ErrorState, LoadingState } from '../../ui/states';
import { describeAgent } from './describe-agent';

/** To the minute, as two sessions of one browser may be of one day. */
function momentLabel(at: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

function Session({ session, onEnd }: { readonly session: ListedSession; readonly onEnd: (session: ListedSession) => void }): ReactNode {
  const { userAgent, address, createdAt, refreshedAt, current } = session;
  const name = describeAgent(userAgent) ?? t('Unknown device');
  const since = useId();
  return (
    <li className="person">
      <Icon name="screen" />
      <span className="person-lines">
        <span className="ellipsis">{name}</span>
        <span className="muted" id={since}>
          {t('Logged in since {time}', { time: momentLabel(createdAt) })}
        </span>
        <span className="muted">
          {[address, current ? t('in use now') : t('last used {time}', { time: shortTimeLabel(refreshedAt, new Date()) })]
            .filter((part) => part !== undefined)
            .join(' · ')}
        </span>
      </span>
      {current ? (
        <span className="tag">{t('this one')}</span>
      ) : (
        <ActionButton look="quiet" aria-label={t('End the session on {name}', { name })} aria-describedby={since} onPress={() => onEnd(session)}>
          {t('End')}
        </ActionButton>
      )}
    </li>
  );
}

async function endAll(sessions: readonly ListedSession[]): Promise<void> {
  await Promise.all(sessions.map(({ sessionId }) => client.sessions.end(sessionId)));
}

/** Where I am logged in, and the end of it. */
export function Sessions({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [sessions, setSessions] = useState<readonly ListedSession[]>();
  const [error, setError] = useState<unknown>();
  const load = useCallback(() => {
    setError(undefined);
    client.sessions.list().then(setSessions, setError);
  }, []);
  useEffect(load, [load]);
  const others = (sessions ?? []).filter(({ current }) => !current);
  const end = async (ended: readonly ListedSession[]): Promise<void> => {
    const question = {
      title: ended.length === 1 ? t('End this session?') : t('End all other sessions?'),
      text: t('Whoever uses it is logged out within seconds.'),
      action: t('End'),
    };
    if (!(await confirmed(question))) return;
    if (await attempt(() => endAll(ended))) toastInfo(t('Logged out there'));
    load();
  };
  return (
    <Sheet title={t('Your sessions')} isOpen onClose={onClose}>
      <div className="dialog-body">
        <p className="hint">{t('Every place where you are logged in. End those that you don’t know.')}</p>
        {error !== undefined && <ErrorState error={error} onRetry={load} />}
        {error === undefined && sessions === undefined && <LoadingState label={t('Loading')} />}
        <ul className="people-list" aria-label={t('Your sessions')}>
          {(sessions ?? []).map((session) => (
            <Session key={session.sessionId} session={session} onEnd={(one) => void end([one])} />
          ))}
        </ul>
        {others.length > 1 && (
          <div className="dialog-actions">
            <ActionButton look="danger" onPress={() => void end(others)}>
              {t('End all others')}
            </ActionButton>
          </div>
        )}
      </div>
    </Sheet>
  );
}
