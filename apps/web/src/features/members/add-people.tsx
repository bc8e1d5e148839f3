import { type Room, type User } from '@agent-chat/client';
import { useId, useState, type ReactNode } from 'react';
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
  const how = useId();
  const bring = async (way: 'addMembers' | 'invite', done: Plurals): Promise<void> => {
    const userIds = picked.map(({ userId }) => userId);
    if (!(await attempt(() => client.rooms[way](room.roomId, userIds)))) return;
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
      <p className="hint" id={how}>
        {t('Whoever is invited is asked, and comes in once they accept. Whoever is added is in at once.')}
      </p>
      <div className="dialog-actions">
        <ActionButton look="quiet" onPress={() => adding.set(undefined)}>
          {t('Cancel')}
        </ActionButton>
        <ActionButton aria-describedby={how} isDisabled={picked.length === 0} onPress={() => void bring('invite', INVITED)}>
          {t('Invite')}
        </ActionButton>
        <ActionButton look="primary" aria-describedby={how} isDisabled={picked.length === 0} onPress={() => void bring('addMembers', ADDED)}>
          {t('Add')}
        </ActionButton>
      </div>
    </div>
  );
}
