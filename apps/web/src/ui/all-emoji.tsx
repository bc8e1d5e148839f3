import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { msg, t } from '../core/translate';
import { EmojiButtons } from './emoji-buttons';
import { loadEmoji } from './emoji-data';
import { findEmoji, type EmojiLine } from './find-emoji';
import { Spinner } from './controls';
import { recentEmoji } from './recent-emoji';

const GROUPS: readonly { readonly group: number; readonly label: string }[] = [
  { group: 0, label: msg('Smileys') },
  { group: 1, label: msg('People') },
  { group: 3, label: msg('Animals and nature') },
  { group: 4, label: msg('Food and drink') },
  { group: 5, label: msg('Travel and places') },
  { group: 6, label: msg('Activities') },
  { group: 7, label: msg('Objects') },
  { group: 8, label: msg('Symbols') },
  { group: 9, label: msg('Flags') },
];
const MOST_FOUND = 60;

function useEmoji(): readonly EmojiLine[] | 'failed' | undefined {
  const [all, setAll] = useState<readonly EmojiLine[] | 'failed'>();
  useEffect(() => {
    loadEmoji().then(setAll, () => setAll('failed'));
  }, []);
  return all;
}

function Groups({ all, onPick }: { readonly all: readonly EmojiLine[]; readonly onPick: (emoji: string) => void }): ReactNode {
  const groups = useMemo(() => {
    const byEmoji = new Map(all.map((line) => [line[0], line]));
    const recent = recentEmoji()
      .map((emoji) => byEmoji.get(emoji))
      .filter((line) => line !== undefined);
    const known = GROUPS.map(({ group, label }) => ({ label, lines: all.filter((line) => line[2] === group) }));
    return recent.length === 0 ? known : [{ label: msg('Used lately'), lines: recent }, ...known];
  }, [all]);
  return groups.map(({ label, lines }) => (
    <section key={label} className="emoji-group">
      <h3>{t(label)}</h3>
      <EmojiButtons lines={lines} label={t(label)} onPick={onPick} />
    </section>
  ));
}

function Found({ all, query, onPick }: { readonly all: readonly EmojiLine[]; readonly query: string; readonly onPick: (emoji: string) => void }): ReactNode {
  const found = findEmoji(all, query, MOST_FOUND);
  if (found.length === 0) return <p className="hint">{t('No emoji is called that.')}</p>;
  return <EmojiButtons lines={found} label={t('Found emoji')} onPick={onPick} />;
}

/** Every emoji, by group, and found by words. */
export function AllEmoji({ onPick }: { readonly onPick: (emoji: string) => void }): ReactNode {
  const all = useEmoji();
  const [query, setQuery] = useState('');
  return (
    <div className="all-emoji">
      <input
        className="input"
        type="search"
        aria-label={t('Find an emoji')}
        placeholder={t('Find an emoji')}
        value={query}
        autoFocus
        onChange={(event) => setQuery(event.target.value)}
      />
      <div className="emoji-scroll">
        {all === undefined && <Spinner />}
        {all === 'failed' && <p className="hint">{t('Check your network, then try again.')}</p>}
        {typeof all === 'object' && (query.trim() === '' ? <Groups all={all} onPick={onPick} /> : <Found all={all} query={query} onPick={onPick} />)}
      </div>
    </div>
  );
}
