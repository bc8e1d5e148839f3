import { type Member, type Room } from '@agent-chat/client';
import { useState, type KeyboardEvent, type RefObject } from 'react';
import { useRoomMembers } from '../../core/room-members';
import { t } from '../../core/translate';
import { mentionAt, type MentionQuery, type Nameable } from '../../text/mentions';
import { useActiveOption } from '../../ui/use-active-option';

interface MentionsOptions {
  readonly room: Room;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  /** Who is named already. */
  readonly picked: readonly Nameable[];
  readonly onInsert: (query: MentionQuery, who: Nameable) => void;
  readonly me: string;
}

/** Somebody who can be picked. */
export interface MentionOption extends Nameable {
  readonly username: string;
}

const MOST = 8;

function matching(members: readonly Member[], query: string, me: string): MentionOption[] {
  const wanted = query.toLowerCase();
  const people = members
    .filter(({ user }) => user.userId !== me)
    .filter(
      ({ user }) =>
        user.username.startsWith(wanted) ||
        user.displayName
          .toLowerCase()
          .split(/\s+/)
          .some((word) => word.startsWith(wanted)),
    )
    .map(({ user }) => ({ target: user.userId, label: user.displayName, username: user.username }));
  const room = 'room'.startsWith(wanted) ? [{ target: 'room', label: 'room', username: t('everyone here') }] : [];
  return [...people, ...room].slice(0, MOST);
}

/** Offers the members of the room while an @ is being typed. */
export function useMentions({ room, field, text, picked, onInsert, me }: MentionsOptions) {
  const { members } = useRoomMembers(room.roomId);
  const [caret, setCaret] = useState(0);
  const [dismissed, setDismissed] = useState<number>();
  const query = room.kind === 'direct' ? undefined : mentionAt(text, caret);
  const isWanted = query !== undefined && query.from !== dismissed && !picked.some(({ label }) => label === query.query);
  const options = isWanted ? matching(members, query.query, me) : [];
  const choose = (index: number): void => {
    const option = options[index];
    if (option === undefined || query === undefined) return;
    onInsert(query, { target: option.target, label: option.label });
    setCaret(0);
  };
  const { active, onKey } = useActiveOption(options.length, choose);
  const keys = (event: KeyboardEvent): boolean => {
    if (options.length === 0) return false;
    if (event.key === 'Escape') {
      setDismissed(query?.from);
      event.preventDefault();
      return true;
    }
    return !event.shiftKey && onKey(event);
  };
  const follow = (): void => {
    const { selectionStart: at = 0, value = text } = field.current ?? {};
    setCaret(at);
    if (mentionAt(value, at) === undefined) setDismissed(undefined);
  };
  return { isOpen: options.length > 0, options, active, choose, onKey: keys, follow, onBlur: () => setCaret(0) };
}
