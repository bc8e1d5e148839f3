import { type Room, type TimelineItem } from '@agent-chat/client';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { client } from '../../core/client';
import { permissionsIn } from '../../core/permissions';
import { useWatched } from '../../core/presence';
import { useRoomMembers } from '../../core/room-members';
import { otherOf } from '../../core/room-names';
import { useMyId } from '../../core/client';
import { toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';
import { lazyPart } from '../../ui/lazy-part';
import { Composer, type ComposerProps, type ComposerTask } from '../composer/composer';
import { addFiles } from '../files/attach';
import { useDrop } from '../files/use-drop';
import { Timeline } from '../timeline/timeline';
import { EntryBar } from './entry-bar';
import { RoomHeader } from './room-header';
import { TypingLine } from './typing-line';

const DropZone = lazyPart(
  async () => (await import('../files/drop-zone')).DropZone,
  () => null,
);

const MOST_WATCHED = 100;

interface RoomViewProps {
  readonly room: Room;
  /** The message to show. */
  readonly jumpSeq: number | undefined;
  /** The person has entered a room that is not in their list yet. */
  readonly onMembership: () => void;
}

interface FootProps extends ComposerProps {
  readonly onMembership: () => void;
}

function Foot({ onMembership, ...composer }: FootProps): ReactNode {
  const { room } = composer;
  const { isMember, canPost, postRefusal } = permissionsIn(room);
  if (!isMember) return <EntryBar room={room} onEntered={onMembership} />;
  if (!canPost) return <p className="post-refusal">{postRefusal}</p>;
  return <Composer {...composer} />;
}

/** A room: its head, its messages, and where one writes. */
export function RoomView({ room, jumpSeq, onMembership }: RoomViewProps): ReactNode {
  const { roomId } = room;
  const me = useMyId();
  const [task, setTask] = useState<ComposerTask>({ kind: 'new' });
  const handle = useMemo(() => client.room(roomId), [roomId]);
  const mayRead = room.me !== undefined || room.kind === 'public' || room.kind === 'announcement';
  useEffect(() => (mayRead ? handle.open() : undefined), [handle, mayRead]);
  const { members } = useRoomMembers(roomId);
  const other = otherOf(room, me);
  useWatched(other === undefined ? members.slice(0, MOST_WATCHED).map(({ user }) => user.userId) : [other]);
  const actions = useMemo(
    () => ({
      reply: (item: TimelineItem) => setTask({ kind: 'reply', to: item }),
      edit: (item: TimelineItem) => setTask({ kind: 'edit', message: item }),
    }),
    [],
  );
  const attach = (files: readonly File[]): void => {
    if (task.kind === 'edit') toastInfo(t('A message that was sent takes no more files'));
    else addFiles(me, roomId, files);
  };
  const drop = useDrop(permissionsIn(room).canPost ? attach : undefined);
  return (
    <section className="room" aria-label={t('Conversation')} {...drop.events}>
      {drop.isOver && <DropZone />}
      <RoomHeader room={room} />
      {mayRead ? <Timeline key={roomId} room={room} handle={handle} jumpSeq={jumpSeq} actions={actions} /> : <div className="timeline-frame" />}
      <TypingLine handle={handle} />
      <Foot room={room} task={task} onTask={setTask} onFiles={attach} onMembership={onMembership} />
    </section>
  );
}
