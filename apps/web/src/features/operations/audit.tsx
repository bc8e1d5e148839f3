import { useState, type ReactNode } from 'react';
import type { AuditEntry } from '@agent-chat/contracts';
import { usePerson } from '../../core/people';
import { attempt, toastInfo } from '../../core/toasts';
import { confirmed } from '../../ui/confirm';
import { ActionButton, Field } from '../../ui/controls';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states';
import { usePages } from '../../ui/use-pages';
import { momentLabel } from './format';
import { operations } from './operations-api';

const PAGE_SIZE = 50;
const ID = /^[0-9a-f-]{36}$/i;

function Actor({ userId, isErased }: { readonly userId: string | undefined; readonly isErased: boolean }): ReactNode {
  const person = usePerson(userId ?? '');
  if (userId === undefined) return <span className="muted">{isErased ? 'erased' : '–'}</span>;
  return person?.displayName ?? <code>{userId}</code>;
}

function Line({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const { at, type, actorId, subjectId, roomId, chain, link, erased = false } = entry;
  return (
    <tr>
      <td className="moment">{momentLabel(at)}</td>
      <th scope="row">{type}</th>
      <td>
        <Actor userId={actorId} isErased={erased} />
      </td>
      <td>{subjectId === undefined ? '–' : <code>{subjectId}</code>}</td>
      <td>{roomId === undefined ? '–' : <code>{roomId}</code>}</td>
      <td className="number">{chain === -1 ? `operators ${String(link)}` : `${String(chain)}/${String(link)}`}</td>
    </tr>
  );
}

function Erasure({ onErased }: { readonly onErased: () => void }): ReactNode {
  const [userId, setUserId] = useState('');
  const wanted = userId.trim();
  const erase = async (): Promise<void> => {
    const isSure = await confirmed({
      title: 'Erase this person?',
      text: 'Their id leaves every entry of the audit trail for good. The trail still verifies. That you erased somebody is kept, but not whom.',
      action: 'Erase',
    });
    if (!isSure) return;
    await attempt(async () => {
      const { entries } = await operations.erase(wanted);
      toastInfo(entries === 0 ? 'They were in no entry' : `Erased from ${String(entries)} ${entries === 1 ? 'entry' : 'entries'}`);
      setUserId('');
      onErased();
    });
  };
  return (
    <details className="block">
      <summary>Erase a person</summary>
      <div className="erasure">
        <Field label="Their user id" value={userId} onChange={setUserId} />
        <ActionButton look="danger" isDisabled={!ID.test(wanted)} onPress={() => void erase()}>
          Erase…
        </ActionButton>
      </div>
    </details>
  );
}

/** Who did what, newest first. */
export function Audit(): ReactNode {
  const [isOperators, setOperators] = useState(false);
  const [type, setType] = useState('');
  const query = { by: isOperators ? 'operators' : undefined, type: type.trim() === '' ? undefined : type.trim() };
  const { items, state, error, hasMore, more, reload } = usePages(JSON.stringify(query), (cursor) => operations.audit({ ...query, cursor, limit: PAGE_SIZE }));
  return (
    <>
      <div className="toolbar" role="group" aria-label="Filter">
        <button type="button" className="toggle" aria-pressed={!isOperators} onClick={() => setOperators(false)}>
          Everybody
        </button>
        <button type="button" className="toggle" aria-pressed={isOperators} onClick={() => setOperators(true)}>
          Operators
        </button>
        <Field label="Type" value={type} onChange={setType} placeholder="member.banned" />
      </div>
      {state === 'failed' && <ErrorState error={error} onRetry={reload} />}
      {state === 'loading' && items.length === 0 && <LoadingState label="Reading the audit trail" />}
      {state === 'loaded' && items.length === 0 && (
        <EmptyState icon="search" title="No such entries">
          What happens is here within seconds.
        </EmptyState>
      )}
      {items.length > 0 && (
        <div className="table-frame" role="region" aria-label="Audit trail" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">Who</th>
                <th scope="col">To whom or what</th>
                <th scope="col">Room</th>
                <th scope="col" className="number">
                  Entry
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((entry) => (
                <Line key={`${String(entry.chain)}/${String(entry.link)}`} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasMore && <ActionButton onPress={more}>More</ActionButton>}
      <p className="muted">
        Entries are chained by their hashes. <code>npm run audit:verify</code> exports all of them and checks that none was changed, added or removed.
      </p>
      <Erasure onErased={reload} />
    </>
  );
}
