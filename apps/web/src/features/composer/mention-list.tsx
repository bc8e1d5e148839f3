import { type ReactNode } from 'react';
import { t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { Icon } from '../../ui/icon';
import { type MentionOption } from './use-mentions';

interface MentionListProps {
  readonly id: string;
  readonly options: readonly MentionOption[];
  readonly active: number;
  readonly onChoose: (index: number) => void;
}

/** Who can be named; the focus stays in the text. */
export function MentionList({ id, options, active, onChoose }: MentionListProps): ReactNode {
  return (
    <ul className="mention-list" id={id} role="listbox" aria-label={t('People to mention')}>
      {options.map(({ target, label, username }, index) => (
        <li
          key={target}
          id={`${id}-${String(index)}`}
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(index);
          }}
        >
          {target === 'room' ? (
            <span className="avatar" data-size="small" data-room>
              <Icon name="people" size={14} />
            </span>
          ) : (
            <Avatar userId={target} size="small" />
          )}
          <span className="ellipsis name">{label}</span>
          <span className="muted ellipsis name">{username}</span>
        </li>
      ))}
    </ul>
  );
}
