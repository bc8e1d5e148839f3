import { type Member, type Room } from '@agent-chat/client';
import { useRoomMembers } from '../../core/room-members';
import { t } from '../../core/translate';
import { type Nameable } from '../../text/mentions';
import { type Typed } from '../../text/typed';
import { Avatar } from '../../ui/avatar';
import { Icon } from '../../ui/icon';
import { type CompletionOption } from './completion-list';

/** Somebody who can be picked. */
export interface MentionOption extends CompletionOption {
  readonly names: Nameable;
}

const MOST = 8;

function optionOf(target: string, label: string, detail: string): MentionOption {
  const mark =
    target === 'room' ? (
      <span className="avatar" data-size="small" data-room>
        <Icon name="people" size={14} />
      </span>
    ) : (
      <Avatar userId={target} size="small" />
    );
  return { key: target, mark, label, detail, names: { target, label } };
}

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
    .slice(0, MOST)
    .map(({ user }) => optionOf(user.userId, user.displayName, user.username));
  const room = 'room'.startsWith(wanted) ? [optionOf('room', 'room', t('everyone here'))] : [];
  return [...people, ...room].slice(0, MOST);
}

/** The members of the room who fit what is being typed after an @, but for whom that names already. */
export function useMentions(room: Room, me: string, picked: readonly Nameable[], typed: Typed | undefined): readonly MentionOption[] {
  const { members } = useRoomMembers(room.roomId);
  if (typed === undefined || room.kind === 'direct' || picked.some(({ label }) => label === typed.query)) return [];
  return matching(members, typed.query, me);
}
