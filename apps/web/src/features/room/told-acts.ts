import { client } from '../../core/client';
import { people } from '../../core/people';
import { toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';

const OUT: ReadonlySet<string> = new Set(['member.left', 'member.banned']);

async function tell(title: string, actorId: string | undefined): Promise<void> {
  const actor = actorId === undefined ? undefined : await people.find(actorId);
  toastInfo(title, actor && t('By {name}', { name: actor.displayName }));
}

/** Tells the person of what others did to them in a room, and by whom where that is known. Answers how to end it. */
export function tellActs(roomId: string, me: string, roomName: () => string): () => void {
  // The list of rooms doesn't tell who it was; an event of the room, which comes before, does.
  let actorId: string | undefined;
  const ends = [
    client.on('event', (event) => {
      if (event.roomId !== roomId || event.actorId === me || event.data?.['userId'] !== me) return;
      if (OUT.has(event.type)) ({ actorId } = event);
      else if (event.type === 'member.updated' && event.data['muted'] === true) void tell(t('You were muted in {name}.', { name: roomName() }), event.actorId);
    }),
    client.on('rooms', ({ changes }) => {
      const change = changes.findLast((one) => one.roomId === roomId)?.change;
      if (change === 'removed') void tell(t('You were removed from {name}.', { name: roomName() }), actorId);
      if (change === 'banned') void tell(t('You were banned from {name}.', { name: roomName() }), actorId);
      if (change !== undefined) actorId = undefined;
    }),
  ];
  return () => ends.forEach((end) => end());
}
