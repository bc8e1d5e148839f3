import { type Member, type Room, type RoomRole } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { client } from '../../core/client';
import { permissionsIn, standsAbove } from '../../core/permissions';
import { attempt } from '../../core/toasts';
import { msg, t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { confirmed } from '../../ui/confirm';
import { Icon } from '../../ui/icon';
import { openDialog } from '../shell/open-dialog';
import { openDirect } from '../create-room/open-direct';

interface MemberItemProps {
  readonly member: Member;
  readonly room: Room;
  readonly me: string;
}

const ROLES: readonly { readonly role: RoomRole; readonly label: string; readonly says: string }[] = [
  { role: 'owner', label: msg('Owner'), says: msg('Gives roles, archives the room, and all that admins do') },
  { role: 'admin', label: msg('Admin'), says: msg('Names the room, and mutes, removes and bans people') },
  { role: 'member', label: msg('Member'), says: msg('Writes, and adds people') },
  { role: 'guest', label: msg('Guest'), says: msg('Writes, but adds nobody') },
];

const ROLE_LABELS = Object.fromEntries(ROLES.map(({ role, label }) => [role, label])) as Readonly<Record<RoomRole, string>>;

function setRole(room: Room, member: Member, role: RoomRole): Promise<boolean> {
  return attempt(() => client.rooms.updateMember(room.roomId, member.user.userId, { role }));
}

async function remove(room: Room, { user }: Member): Promise<void> {
  const question = { title: t('Remove {name}?', { name: user.displayName }), text: t('They can be added, or join, again.'), action: t('Remove') };
  if (await confirmed(question)) await attempt(() => client.rooms.removeMember(room.roomId, user.userId));
}

async function ban(room: Room, { user }: Member): Promise<void> {
  const question = {
    title: t('Ban {name}?', { name: user.displayName }),
    text: t('They leave the room and can’t come back until the ban is lifted.'),
    action: t('Ban'),
  };
  if (await confirmed(question)) await attempt(() => client.rooms.ban(room.roomId, user.userId));
}

function Moderation({ member, room }: Omit<MemberItemProps, 'me'>): ReactNode {
  const { canOwn } = permissionsIn(room);
  const { user, muted } = member;
  return (
    <>
      <MenuSection>
        <Header>{t('Role')}</Header>
        {ROLES.filter(({ role }) => canOwn || role === 'member' || role === 'guest').map(({ role, label, says }) => (
          <MenuItem key={role} isDisabled={member.role === role} onAction={() => void setRole(room, member, role)}>
            <span className="person-lines">
              <span>{t(label)}</span>
              <span className="muted">{room.kind === 'announcement' && (role === 'member' || role === 'guest') ? t('Reads what admins write') : t(says)}</span>
            </span>
            <span className="menu-check">{member.role === role && <Icon name="check" size={16} />}</span>
          </MenuItem>
        ))}
      </MenuSection>
      <Separator />
      <MenuItem onAction={() => void attempt(() => client.rooms.updateMember(room.roomId, user.userId, { muted: !muted }))}>
        {muted ? t('Unmute') : t('Mute')}
      </MenuItem>
      <MenuItem className="menu-item-danger" onAction={() => void remove(room, member)}>
        {t('Remove from the room…')}
      </MenuItem>
      <MenuItem className="menu-item-danger" onAction={() => void ban(room, member)}>
        {t('Ban…')}
      </MenuItem>
    </>
  );
}

function MemberMenu({ member, room, me }: MemberItemProps): ReactNode {
  const { canModerate } = permissionsIn(room);
  const { user } = member;
  const mayModerate = canModerate && room.me !== undefined && standsAbove(room.me.role, member.role);
  if (user.userId === me) return null;
  return (
    <MenuTrigger>
      <Button className="icon-button" aria-label={t('More about {name}', { name: user.displayName })} data-roving>
        <Icon name="more" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="menu" aria-label={user.displayName}>
          <MenuItem onAction={() => openDialog({ kind: 'person', userId: user.userId })}>
            <Icon name="person" /> {t('Profile')}
          </MenuItem>
          {room.kind !== 'direct' && (
            <MenuItem onAction={() => void openDirect(user.userId)}>
              <Icon name="chat" /> {t('Message')}
            </MenuItem>
          )}
          {mayModerate && <Moderation member={member} room={room} />}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** A member with their role and what may be done about them. */
export function MemberItem({ member, room, me }: MemberItemProps): ReactNode {
  const { user, role, muted } = member;
  return (
    <li className="person">
      <Avatar userId={user.userId} size="small" showsPresence />
      <span className="person-lines">
        <span className="ellipsis name">
          {user.displayName}
          {user.userId === me && <span className="muted"> {t('(you)')}</span>}
        </span>
        <span className="muted ellipsis name">@{user.username}</span>
      </span>
      {muted && <span className="tag">{t('muted')}</span>}
      {(role === 'owner' || role === 'admin' || role === 'guest') && room.kind !== 'direct' && <span className="tag">{t(ROLE_LABELS[role])}</span>}
      <MemberMenu member={member} room={room} me={me} />
    </li>
  );
}
