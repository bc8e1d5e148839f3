import { useEffect, useState } from 'react';
import { type Typed } from '../../text/typed';
import { type EmojiLine } from '../../ui/find-emoji';
import { type CompletionOption } from './completion-list';

type Suggest = (typed: string) => readonly EmojiLine[];

/** The emoji whose names fit what is being typed after a colon. They are fetched when the first is; what fails is tried again at the next. */
export function useEmoji(typed: Typed | undefined): readonly CompletionOption[] {
  const [loaded, setLoaded] = useState<{ readonly suggest: Suggest }>();
  const isWanted = typed !== undefined && loaded === undefined;
  useEffect(() => {
    if (!isWanted) return;
    let isOver = false;
    import('../../ui/suggest-emoji')
      .then(({ loadSuggestions }) => loadSuggestions())
      .then(
        (suggest) => {
          if (!isOver) setLoaded({ suggest });
        },
        () => undefined,
      );
    return () => {
      isOver = true;
    };
  }, [isWanted]);
  if (typed === undefined || loaded === undefined) return [];
  return loaded.suggest(typed.query).map(([emoji, label]) => ({
    key: emoji,
    mark: (
      <span className="completion-emoji" aria-hidden="true">
        {emoji}
      </span>
    ),
    label,
  }));
}
