import { type User } from '@agent-chat/client';
import { useEffect, useState, type ReactNode } from 'react';
import { client, useMyId } from '../../core/client';
import { explainError } from '../../core/explain-error';
import { people } from '../../core/people';
import { t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { useActiveOption } from '../../ui/use-active-option';

interface PeoplePickerProps {
  readonly label: string;
  readonly picked: readonly User[];
  readonly onChange: (picked: readonly User[]) => void;
  /** Not offered. */
  readonly without?: ReadonlySet<string>;
  readonly autoFocus?: boolean;
}

const WAIT_MS = 200;
const LIST = 'people-options';
const HINT = 'people-picker-hint';

interface Found {
  readonly users: readonly User[];
  readonly error: unknown;
  readonly query: string;
}

function useFound(query: string): Found {
  const [found, setFound] = useState<Found>({ users: [], error: undefined, query: '' });
  useEffect(() => {
    if (query === '') {
      setFound({ users: [], error: undefined, query });
      return;
    }
    let isOver = false;
    const timer = window.setTimeout(() => {
      client.users.search(query, { limit: 12 }).then(
        ({ items }) => {
          people.know(items);
          if (!isOver) setFound({ users: items, error: undefined, query });
        },
        (error: unknown) => {
          if (!isOver) setFound({ users: [], error, query });
        },
      );
    }, WAIT_MS);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [query]);
  return found;
}

function Options({
  users,
  active,
  onChoose,
}: {
  readonly users: readonly User[];
  readonly active: number;
  readonly onChoose: (index: number) => void;
}): ReactNode {
  return (
    <ul className="option-list" id={LIST} role="listbox" aria-label={t('People')}>
      {users.map((user, index) => (
        <li
          key={user.userId}
          id={`${LIST}-${String(index)}`}
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(index);
          }}
        >
          <Avatar userId={user.userId} size="small" />
          <span className="ellipsis name">{user.displayName}</span>
          <span className="muted ellipsis name">@{user.username}</span>
        </li>
      ))}
    </ul>
  );
}

function Notice({ found, query, isEmpty }: { readonly found: Found; readonly query: string; readonly isEmpty: boolean }): ReactNode {
  if (found.error !== undefined) return <p className="field-error">{explainError(found.error).advice}</p>;
  if (query !== '' && found.query === query && isEmpty) return <p className="hint">{t('Nobody else of that name. Names are matched from their beginning.')}</p>;
  return null;
}

/** Finds people by name and collects them. */
export function PeoplePicker({ label, picked, onChange, without, autoFocus = false }: PeoplePickerProps): ReactNode {
  const me = useMyId();
  const [text, setText] = useState('');
  const query = text.trim().replace(/^@/, '');
  const found = useFound(query);
  const offered = found.users.filter(({ userId }) => userId !== me && without?.has(userId) !== true && !picked.some((user) => user.userId === userId));
  const choose = (index: number): void => {
    const user = offered[index];
    if (user === undefined) return;
    onChange([...picked, user]);
    setText('');
  };
  const { active, onKey } = useActiveOption(query === '' ? 0 : offered.length, choose);
  return (
    <div className="field">
      <label htmlFor="people-picker">{label}</label>
      <div className="picker">
        {picked.map((user) => (
          <span className="chip" key={user.userId}>
            {user.displayName}
            <button
              type="button"
              aria-label={t('Take {name} out', { name: user.displayName })}
              onClick={() => onChange(picked.filter(({ userId }) => userId !== user.userId))}
            >
              ×
            </button>
          </span>
        ))}
        <input
          id="people-picker"
          value={text}
          placeholder={t('Name or username')}
          autoComplete="off"
          autoFocus={autoFocus}
          role="combobox"
          aria-expanded={offered.length > 0}
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-describedby={HINT}
          aria-activedescendant={offered.length > 0 ? `${LIST}-${String(active)}` : undefined}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Backspace' && text === '') onChange(picked.slice(0, -1));
            else onKey(event);
          }}
        />
      </div>
      <p className="hint" id={HINT}>
        {t('Type a name, then choose the person from the suggestions.')}
      </p>
      {query !== '' && offered.length > 0 && <Options users={offered} active={active} onChoose={choose} />}
      <Notice found={found} query={query} isEmpty={offered.length === 0} />
    </div>
  );
}
