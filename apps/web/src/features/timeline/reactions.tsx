import { type Room, type TimelineItem } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { numberLabel, t } from '../../core/translate';
import { messageRights, toggleReaction } from './message-actions';

interface ReactionsProps {
  readonly item: TimelineItem;
  readonly room: Room;
  readonly tabIndex: number;
}

/** Reactions with their counts; mine stand out, a press adds or takes back. */
export function Reactions({ item, room, tabIndex }: ReactionsProps): ReactNode {
  const { canWrite } = messageRights(item, room, useMyId());
  if (item.reactions.length === 0) return null;
  return (
    <div className="reactions" role="group" aria-label={t('Reactions')}>
      {item.reactions.map(({ emoji, count, mine = false }) => (
        <button
          key={emoji}
          type="button"
          className="reaction"
          tabIndex={tabIndex}
          aria-pressed={mine}
          aria-label={mine ? t('{emoji}, {count}, yours among them', { emoji, count }) : t('{emoji}, {count}', { emoji, count })}
          disabled={!canWrite}
          onClick={() => void toggleReaction(item, emoji)}
        >
          <span aria-hidden="true">{emoji}</span> <span aria-hidden="true">{numberLabel(count)}</span>
        </button>
      ))}
    </div>
  );
}
