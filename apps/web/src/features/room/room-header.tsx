import { type Room } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { useMyId } from '../../core/client';
import { usePresence } from '../../core/presence';
import { otherOf, useRoomName } from '../../core/room-names';
import { navigate } from '../../core/router';
import { msg, plural, t } from '../../core/translate';
import { RoomAvatar } from '../../ui/avatar';
import { IconButton } from '../../ui/controls';
import { kindLabel } from '../../ui/room-icon';
import { FileIcon } from '../files/file-icon';
import { togglePanel, usePanel } from '../shell/panel';

const STATUS = { online: msg('Online'), away: msg('Away'), offline: msg('Offline') };

function Subtitle({ room }: { readonly room: Room }): ReactNode {
  const other = otherOf(room, useMyId());
  const presence = usePresence(other ?? '');
  if (other !== undefined) return <span className="room-subtitle">{presence?.text ?? t(STATUS[presence?.status ?? 'offline'])}</span>;
  return <GroupSubtitle room={room} />;
}

function GroupSubtitle({ room }: { readonly room: Room }): ReactNode {
  const { topic, memberCount, archivedAt, kind } = room;
  return (
    <span className="room-subtitle" title={topic}>
      {archivedAt !== undefined && `${t('Archived')} · `}
      {plural(memberCount, { one: '{count} member', other: '{count} members' })}
      <span className="room-extra"> · {topic === '' ? kindLabel(kind) : topic}</span>
    </span>
  );
}

/** What room this is, and the ways to what belongs to it. */
export function RoomHeader({ room }: { readonly room: Room }): ReactNode {
  const name = useRoomName(room);
  const panel = usePanel();
  return (
    <header className="room-header">
      <span className="only-phone">
        <IconButton icon="back" label={t('Back to your rooms')} onPress={() => navigate({ page: 'home' })} />
      </span>
      <RoomAvatar room={room} size="small" />
      <div className="room-title">
        <h1 className="name">{name}</h1>
        <Subtitle room={room} />
      </div>
      <div className="room-tools">
        <IconButton icon="search" label={t('Search')} aria-pressed={panel === 'search'} onPress={() => togglePanel('search')} />
        <IconButton icon={<FileIcon name="folder" />} label={t('Files')} aria-pressed={panel === 'files'} onPress={() => togglePanel('files')} />
        <IconButton icon="people" label={t('Members')} aria-pressed={panel === 'members'} onPress={() => togglePanel('members')} />
        <IconButton icon="settings" label={t('Room settings')} aria-pressed={panel === 'settings'} onPress={() => togglePanel('settings')} />
      </div>
    </header>
  );
}
