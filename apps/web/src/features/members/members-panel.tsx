import { type Room } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { permissionsIn } from '../../core/permissions';
import { useRoomMembers } from '../../core/room-members';
import { t } from '../../core/translate';
import { Field } from '../../ui/controls';
import { ErrorState, LoadingState } from '../../ui/states';
import { useRovingFocus } from '../../ui/use-roving-focus';
import { SidePanel } from '../shell/side-panel';
import { AddPeople } from './add-people';
import { Bans } from './bans';
import { Invites } from './invites';
import { MemberItem } from './member-item';

const SEARCH_FROM = 10;

function MemberList({ room, query }: { readonly room: Room; readonly query: string }): ReactNode {
  const me = useMyId();
  const { members, state, error, hasMore, reload } = useRoomMembers(room.roomId);
  const onKeyDown = useRovingFocus();
  const wanted = query.trim().toLowerCase();
  const shown = members.filter(({ user }) => `${user.displayName} ${user.username}`.toLowerCase().includes(wanted));
  if (members.length === 0) return state === 'failed' ? <ErrorState error={error} onRetry={reload} /> : <LoadingState label={t('Loading members')} />;
  return (
    <>
      <ul className="people-list" onKeyDown={onKeyDown}>
        {shown.map((member) => (
          <MemberItem key={member.user.userId} member={member} room={room} me={me} />
        ))}
      </ul>
      {hasMore && <p className="muted">{t('More people are in this room than are listed here.')}</p>}
      {shown.length === 0 && <p className="muted">{t('Nobody of that name is in this room.')}</p>}
    </>
  );
}

/** Who is in the room, and what may be done about it. */
export function MembersPanel({ room, onClose }: { readonly room: Room; readonly onClose: () => void }): ReactNode {
  const { members } = useRoomMembers(room.roomId);
  const [query, setQuery] = useState('');
  const rights = permissionsIn(room);
  return (
    <SidePanel title={t('Members · {count}', { count: room.memberCount })} onClose={onClose}>
      {rights.canAdd && <AddPeople room={room} />}
      {members.length >= SEARCH_FROM && <Field label={t('Find a member')} value={query} onChange={setQuery} />}
      <MemberList room={room} query={query} />
      {rights.canAdd && <Invites room={room} canRevokeAll={rights.canModerate} />}
      {rights.canModerate && <Bans room={room} />}
    </SidePanel>
  );
}
