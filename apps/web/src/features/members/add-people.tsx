import { type Room, type User } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { client } from '../../core/client';
import { useRoomMembers } from '../../core/room-members';
import { useStore } from '../../core/store';
import { attempt, toastInfo } from '../../core/toasts';
import { plural, t, type Plurals } from '../../core/translate';
import { ActionButton } from '../../ui/controls';
import { Icon } from '../../ui/icon';
import { adding } from '../shell/panel';
import { PeoplePicker } from './people-picker';

const INVITED: Plurals = { one: '{count} person invited', other: '{count} people invited' };
const ADDED: Plurals = { one: '{count} person added', other: '{count} people added' };

/** Brings people in at once, or asks them. */
export function AddPeople({ room }: { readonly room: Room }): ReactNode {
  const { members } = useRoomMembers(room.roomId);
  const isOpen = useStore(adding) === room.roomId;
  const [picked, setPicked] = useState<readonly User[]>([]);
  const bring = async (how: 'addMembers' | 'invite', done: Plurals): Promise<void> => {
    const userIds = picked.map(({ userId }) => userId);
    if (!(await attempt(() => client.rooms[how](room.roomId, userIds)))) return;
    toastInfo(plural(userIds.length, done));
    setPicked([]);
    adding.set(undefined);
  };
  if (!isOpen) {
    return (
      <ActionButton onPress={() => adding.set(room.roomId)}>
        <Icon name="plus" size={16} /> {t('Add people')}
      </ActionButton>
    );
  }
  return (
    <div className="panel-card">
      <PeoplePicker label={t('Who should come in?')} picked={picked} onChange={setPicked} without={new Set(members.map(({ user }) => user.userId))} autoFocus />
      <div className="dialog-actions">
        <ActionButton look="quiet" onPress={() => adding.set(undefined)}>
          {t('Cancel')}
        </ActionButton>
        <ActionButton isDisabled={picked.length === 0} onPress={() => void bring('invite', INVITED)}>
          <span title={t('They are asked, and come in once they accept')}>{t('Invite')}</span>
        </ActionButton>
        <ActionButton look="primary" isDisabled={picked.length === 0} onPress={() => void bring('addMembers', ADDED)}>
          <span title={t('They are in at once')}>{t('Add')}</span>
        </ActionButton>
      </div>
    </div>
  );
}
