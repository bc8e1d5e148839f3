import { useState, type ReactNode } from 'react';
import type { DeadLetter } from '@agent-chat/contracts';
import { msg, t } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states';
import { usePages } from '../../ui/use-pages';
import { DeadLetterSheet } from './dead-letter-sheet';
import { KIND_WORDS, STATE_WORDS } from './dead-letter-words';
import { momentLabel } from './format';
import { operations } from './operations-api';

type Kind = DeadLetter['kind'];

const KINDS: readonly { readonly id: Kind | undefined; readonly label: string }[] = [
  { id: undefined, label: msg('All') },
  { id: 'command', label: msg('Commands') },
  { id: 'event', label: msg('Events') },
  { id: 'job', label: msg('Jobs') },
];
const PAGE_SIZE = 25;

function Letter({ letter, onOpen }: { readonly letter: DeadLetter; readonly onOpen: () => void }): ReactNode {
  return (
    <li className="letter">
      <div className="letter-words">
        <p className="letter-head">
          <span className="tag">{t(KIND_WORDS[letter.kind])}</span>
          <strong>{letter.source}</strong>
          {letter.state === 'replaying' && <span className="tag">{t(STATE_WORDS.replaying)}</span>}
          <time className="muted" dateTime={letter.failedAt}>
            {momentLabel(letter.failedAt)}
          </time>
        </p>
        <p className="letter-error">{letter.error}</p>
      </div>
      <ActionButton
        aria-label={t('Look at {kind} of {source}, {time}', { kind: t(KIND_WORDS[letter.kind]), source: letter.source, time: momentLabel(letter.failedAt) })}
        onPress={onOpen}
      >
        {t('Look')}
      </ActionButton>
    </li>
  );
}

/** What failed for good, and waits for an operator. */
export function DeadLetters(): ReactNode {
  const [kind, setKind] = useState<Kind>();
  const [opened, setOpened] = useState<string>();
  const [missing, setMissing] = useState<readonly string[]>([]);
  const { items, state, error, hasMore, more, reload } = usePages(kind ?? '', async (cursor) => {
    const page = await operations.deadLetters({ kind, cursor, limit: PAGE_SIZE });
    setMissing(page.missing ?? []);
    return page;
  });
  return (
    <>
      <div className="toolbar" role="group" aria-label={t('Kind')}>
        {KINDS.map(({ id, label }) => (
          <button key={label} type="button" className="toggle" aria-pressed={id === kind} onClick={() => setKind(id)}>
            {t(label)}
          </button>
        ))}
        <ActionButton look="quiet" onPress={reload}>
          {t('Look again')}
        </ActionButton>
      </div>
      {missing.length > 0 && (
        <p className="stale" role="status">
          {t('Did not answer: {names}. There may be more.', { names: missing.join(', ') })}
        </p>
      )}
      {state === 'failed' && <ErrorState error={error} onRetry={reload} />}
      {state === 'loading' && items.length === 0 && <LoadingState label={t('Looking for dead letters')} />}
      {state === 'loaded' && items.length === 0 && (
        <EmptyState icon="check" title={t('Nothing waits')}>
          {t('What fails for good comes here, to be done again or discarded.')}
        </EmptyState>
      )}
      <ul className="letters" aria-label={t('Dead letters')}>
        {items.map((letter) => (
          <Letter key={letter.id} letter={letter} onOpen={() => setOpened(letter.id)} />
        ))}
      </ul>
      {hasMore && <ActionButton onPress={more}>{t('More')}</ActionButton>}
      {opened !== undefined && (
        <DeadLetterSheet
          key={opened}
          id={opened}
          onClose={() => setOpened(undefined)}
          onSettled={() => {
            setOpened(undefined);
            reload();
          }}
        />
      )}
    </>
  );
}
