import { type Room, type RoomChange } from '@agent-chat/client';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { client } from '../../core/client';
import { permissionsIn } from '../../core/permissions';
import { useRoomName } from '../../core/room-names';
import { navigate } from '../../core/router';
import { attempt, toastInfo } from '../../core/toasts';
import { locale, t } from '../../core/translate';
import { confirmed } from '../../ui/confirm';
import { ActionButton, Field } from '../../ui/controls';
import { NotifyChoice } from './notify-choice';
import { kindLabel } from '../../ui/room-icon';
import { SidePanel } from '../shell/side-panel';

function changeOf(room: Room, name: string, topic: string): RoomChange {
  return { ...(name !== room.name && name !== '' ? { name } : {}), ...(topic === room.topic ? {} : { topic }) };
}

async function reread(room: Room): Promise<void> {
  client.roomList.put(await client.rooms.get(room.roomId));
}

async function archive(room: Room): Promise<void> {
  const question = {
    title: t('Archive {name}?', { name: room.name }),
    text: t('Everyone can still read it, nobody can write in it any more. This can’t be taken back.'),
    action: t('Archive'),
  };
  if (!(await confirmed(question))) return;
  await attempt(async () => {
    await client.rooms.archive(room.roomId);
    await reread(room);
  });
}

function afterLeaving({ kind, me, memberCount }: Room): string {
  if (me?.role === 'owner' && memberCount === 1) return t('Nobody else is in it: the room will be archived, and nobody can join it again.');
  return kind === 'private' ? t('You can come back only if somebody adds or invites you.') : t('You can come back at any time.');
}

async function leave(room: Room, name: string): Promise<void> {
  if (!(await confirmed({ title: t('Leave {name}?', { name }), text: afterLeaving(room), action: t('Leave') }))) return;
  const isOut = await attempt(() => client.rooms.leave(room.roomId));
  if (!isOut) return;
  navigate({ page: 'home' });
  await attempt(() => client.roomList.load());
}

function Details({ room }: { readonly room: Room }): ReactNode {
  const [name, setName] = useState(room.name);
  const [topic, setTopic] = useState(room.topic);
  const [isBusy, setBusy] = useState(false);
  const change = changeOf(room, name.trim(), topic.trim());
  const isChanged = Object.keys(change).length > 0;
  const save = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (!isChanged) return;
    setBusy(true);
    const isSaved = await attempt(async () => client.roomList.put(await client.rooms.update(room.roomId, change)));
    setBusy(false);
    if (isSaved) toastInfo(t('Saved'));
  };
  return (
    <form className="panel-form" onSubmit={(event) => void save(event)}>
      <Field label={t('Name')} value={name} onChange={setName} maxLength={80} error={name.trim() === '' ? t('A room needs a name.') : undefined} />
      <Field label={t('Topic')} value={topic} onChange={setTopic} maxLength={250} isMultiline />
      <ActionButton type="submit" look="primary" isDisabled={!isChanged || name.trim() === ''} isPending={isBusy}>
        {t('Save')}
      </ActionButton>
    </form>
  );
}

/** What a room is called, and how it ends. */
export function SettingsPanel({ room, onClose }: { readonly room: Room; readonly onClose: () => void }): ReactNode {
  const { canModerate, canOwn, isMember } = permissionsIn(room);
  const name = useRoomName(room);
  return (
    <SidePanel title={t('Room settings')} onClose={onClose}>
      {canModerate ? (
        <Details key={room.roomId} room={room} />
      ) : (
        <dl className="facts">
          <dt>{t('Name')}</dt>
          <dd>{name}</dd>
          {room.topic !== '' && (
            <>
              <dt>{t('Topic')}</dt>
              <dd>{room.topic}</dd>
            </>
          )}
        </dl>
      )}
      {isMember && <NotifyChoice room={room} />}
      <dl className="facts">
        <dt>{t('Kind')}</dt>
        <dd>{kindLabel(room.kind)}</dd>
        <dt>{t('Created')}</dt>
        <dd>{new Date(room.createdAt).toLocaleDateString(locale(), { dateStyle: 'long' })}</dd>
      </dl>
      <div className="panel-danger">
        {isMember && <ActionButton onPress={() => void leave(room, name)}>{t('Leave this room…')}</ActionButton>}
        {canOwn && (
          <ActionButton look="danger" onPress={() => void archive(room)}>
            {t('Archive this room…')}
          </ActionButton>
        )}
      </div>
    </SidePanel>
  );
}
