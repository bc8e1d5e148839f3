import { type Room, type RoomChange } from '@agent-chat/client';
import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { client } from '../../core/client';
import { permissionsIn } from '../../core/permissions';
import { useRoomName } from '../../core/room-names';
import { navigate } from '../../core/router';
import { attempt, toastInfo } from '../../core/toasts';
import { confirmed } from '../../ui/confirm';
import { ActionButton, Field } from '../../ui/controls';
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
    title: `Archive ${room.name}?`,
    text: 'Everyone can still read it, nobody can write in it any more. This can’t be taken back.',
    action: 'Archive',
  };
  if (!(await confirmed(question))) return;
  await attempt(async () => {
    await client.rooms.archive(room.roomId);
    await reread(room);
  });
}

function afterLeaving({ kind, me, memberCount }: Room): string {
  if (me?.role === 'owner' && memberCount === 1) return 'Nobody else is in it: the room will be archived, and nobody can join it again.';
  return kind === 'private' ? 'You can come back only if somebody adds or invites you.' : 'You can come back at any time.';
}

async function leave(room: Room, name: string): Promise<void> {
  if (!(await confirmed({ title: `Leave ${name}?`, text: afterLeaving(room), action: 'Leave' }))) return;
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
    if (isSaved) toastInfo('Saved');
  };
  return (
    <form className="panel-form" onSubmit={(event) => void save(event)}>
      <Field label="Name" value={name} onChange={setName} maxLength={80} error={name.trim() === '' ? 'A room needs a name.' : undefined} />
      <Field label="Topic" value={topic} onChange={setTopic} maxLength={250} isMultiline />
      <ActionButton type="submit" look="primary" isDisabled={!isChanged || name.trim() === ''} isPending={isBusy}>
        Save
      </ActionButton>
    </form>
  );
}

/** What a room is called, and how it ends. */
export function SettingsPanel({ room, onClose }: { readonly room: Room; readonly onClose: () => void }): ReactNode {
  const { canModerate, canOwn, isMember } = permissionsIn(room);
  const name = useRoomName(room);
  return (
    <SidePanel title="Room settings" onClose={onClose}>
      {canModerate ? (
        <Details key={room.roomId} room={room} />
      ) : (
        <dl className="facts">
          <dt>Name</dt>
          <dd>{name}</dd>
          {room.topic !== '' && (
            <>
              <dt>Topic</dt>
              <dd>{room.topic}</dd>
            </>
          )}
        </dl>
      )}
      <dl className="facts">
        <dt>Kind</dt>
        <dd>{kindLabel(room.kind)}</dd>
        <dt>Created</dt>
        <dd>{new Date(room.createdAt).toLocaleDateString(undefined, { dateStyle: 'long' })}</dd>
      </dl>
      <div className="panel-danger">
        {isMember && <ActionButton onPress={() => void leave(room, name)}>Leave this room…</ActionButton>}
        {canOwn && (
          <ActionButton look="danger" onPress={() => void archive(room)}>
            Archive this room…
          </ActionButton>
        )}
      </div>
    </SidePanel>
  );
}
