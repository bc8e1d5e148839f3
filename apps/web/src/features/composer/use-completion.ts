import { type Room } from '@agent-chat/client';
import { useState, type KeyboardEvent, type RefObject } from 'react';
import { t } from '../../core/translate';
import { type Nameable } from '../../text/mentions';
import { emojiAt, mentionAt, type Typed } from '../../text/typed';
import { rememberEmoji } from '../../ui/recent-emoji';
import { useActiveOption } from '../../ui/use-active-option';
import { useEmoji } from './use-emoji';
import { useMentions } from './use-mentions';

interface CompletionOptions {
  readonly room: Room;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  /** Who is named already. */
  readonly picked: readonly Nameable[];
  readonly onComplete: (typed: Typed, whole: string, names?: Nameable) => void;
  readonly me: string;
}

function typedAt(text: string, caret: number): Typed | undefined {
  return mentionAt(text, caret) ?? emojiAt(text, caret);
}

/** Offers the members of the room while an @ is being typed, and emoji while a colon and letters are. */
export function useCompletion({ room, field, text, picked, onComplete, me }: CompletionOptions) {
  const [caret, setCaret] = useState(0);
  const [dismissed, setDismissed] = useState<number>();
  const typed = typedAt(text, caret);
  const people = useMentions(room, me, picked, mentionAt(text, caret));
  const emoji = useEmoji(emojiAt(text, caret));
  const options = typed?.from === dismissed ? [] : [...people, ...emoji];
  const choose = (index: number): void => {
    const [person, one] = [people[index], emoji[index]];
    if (typed === undefined) return;
    if (person !== undefined) onComplete(typed, `@${person.label}`, person.names);
    else if (one !== undefined) {
      rememberEmoji(one.key);
      onComplete(typed, one.key);
    }
    setCaret(0);
  };
  const { active, setActive, onKey } = useActiveOption(options.length, choose);
  const keys = (event: KeyboardEvent): boolean => {
    if (options.length === 0) return false;
    if (event.key === 'Escape') {
      setDismissed(typed?.from);
      event.preventDefault();
      return true;
    }
    return !event.shiftKey && onKey(event);
  };
  const follow = (): void => {
    const { selectionStart: at = 0, value = text } = field.current ?? {};
    if (at !== caret) setActive(0);
    setCaret(at);
    if (typedAt(value, at) === undefined) setDismissed(undefined);
  };
  const label = people.length > 0 ? t('People to mention') : t('Emoji');
  return { isOpen: options.length > 0, label, options, active, choose, onKey: keys, follow, onBlur: () => setCaret(0) };
}
