import { useEffect, useRef, useState, type ReactNode } from 'react';
import { t } from '../core/translate';
import { ActionButton, Spinner } from './controls';
import { EMOJI } from './emoji';
import { EmojiButtons } from './emoji-buttons';
import { lazyPart } from './lazy-part';
import { rememberEmoji } from './recent-emoji';

interface EmojiGridProps {
  readonly onPick: (emoji: string) => void;
}

const AllEmoji = lazyPart<EmojiGridProps>(
  async () => (await import('./all-emoji')).AllEmoji,
  () => (
    <div className="all-emoji">
      <Spinner />
    </div>
  ),
);

/** The emoji that are picked most, at hand; all of them one press away. */
export function EmojiGrid({ onPick }: EmojiGridProps): ReactNode {
  const few = useRef<HTMLDivElement>(null);
  const [showsAll, setShowsAll] = useState(false);
  useEffect(() => few.current?.querySelector('button')?.focus(), []);
  const pick = (emoji: string): void => {
    rememberEmoji(emoji);
    onPick(emoji);
  };
  if (showsAll) return <AllEmoji onPick={pick} />;
  return (
    <div className="few-emoji" ref={few}>
      <EmojiButtons lines={EMOJI.map(({ emoji, label }) => [emoji, t(label), 0, ''])} label={t('Emoji')} onPick={pick} />
      <ActionButton look="quiet" onPress={() => setShowsAll(true)}>
        {t('All emoji…')}
      </ActionButton>
    </div>
  );
}
