import { useState, type ReactNode } from 'react';
import type { DeadLetter } from '@agent-chat/contracts';
import { ActionButton } from '../../ui/controls';
import { EmptyState, ErrorState, LoadingState } from '../../ui/states';
import { usePages } from '../../ui/use-pages';
import { DeadLetterSheet } from './dead-letter-sheet';
import { momentLabel } from './format';
import { operations } from './operations-api';

type Kind = DeadLetter['kind'];

const KINDS: readonly { readonly id: Kind | undefined; readonly label: string }[] = [
  { id: undefined, label: 'All' },
  { id: 'command', label: 'Commands' },
  { id: 'event', label: 'Events' },
  { id: 'job', label: 'Jobs' },
];
const PAGE_SIZE = 25;

function Letter({ letter, onOpen }: { readonly letter: DeadLetter; readonly onOpen: () => void }): ReactNode {
  return (
    <li className="letter">
      <div className="letter-words">
        <p className="letter-head">
          <span className="tag">{letter.kind}</span>
          <strong>{letter.source}</strong>
          {letter.state === 'replaying' && <span className="tag">being replayed</span>}
          <time className="muted" dateTime={letter.failedAt}>
            {momentLabel(letter.failedAt)}
          </time>
        </p>
        <p className="letter-error">{letter.error}</p>
      </div>
      <ActionButton aria-label={`Look at ${letter.kind} of ${letter.source}, ${momentLabel(letter.failedAt)}`} onPress={onOpen}>
        Look
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
      <div className="toolbar" role="group" aria-label="Kind">
        {KINDS.map(({ id, label }) => (
          <button key={label} type="button" className="toggle" aria-pressed={id === kind} onClick={() => setKind(id)}>
            {label}
          </button>
        ))}
        <ActionButton look="quiet" onPress={reload}>
          Look again
        </ActionButton>
      </div>
      {missing.length > 0 && (
        <p className="stale" role="status">
          Did not answer: {missing.join(', ')}. There may be more.
        </p>
      )}
      {state === 'failed' && <ErrorState error={error} onRetry={reload} />}
      {state === 'loading' && items.length === 0 && <LoadingState label="Looking for dead letters" />}
      {state === 'loaded' && items.length === 0 && (
        <EmptyState icon="check" title="Nothing waits">
          What fails for good comes here, to be done again or discarded.
        </EmptyState>
      )}
      <ul className="letters" aria-label="Dead letters">
        {items.map((letter) => (
          <Letter key={letter.id} letter={letter} onOpen={() => setOpened(letter.id)} />
        ))}
      </ul>
      {hasMore && <ActionButton onPress={more}>More</ActionButton>}
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
