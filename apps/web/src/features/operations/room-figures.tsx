import { type ReactNode } from 'react';
import type { QueryAnswer } from '@agent-chat/contracts';
import { useMyId, useRoomList } from '../../core/client';
import { roomName } from '../../core/room-names';
import { plural, t } from '../../core/translate';
import { countLabel } from './format';

type Rooms = QueryAnswer<'figures.rooms'>;

/** Where most is written. Names are those of the operator's own rooms: others' names are others' business. */
export function RoomFigures({ rooms: { activeRooms, items } }: { readonly rooms: Rooms }): ReactNode {
  const me = useMyId();
  const mine = useRoomList().rooms;
  const nameOf = (roomId: string): string | undefined => {
    const room = mine.find((each) => each.roomId === roomId);
    return room && roomName(room, me);
  };
  return (
    <section className="block" aria-labelledby="rooms-heading">
      <h2 id="rooms-heading">{t('Most active rooms')}</h2>
      <p className="muted">
        {plural(
          activeRooms,
          { one: '{count} room with messages on these days.', other: '{count} rooms with messages on these days.' },
          { count: countLabel(activeRooms) },
        )}
      </p>
      {items.length > 0 && (
        <div className="table-frame" role="region" aria-label={t('Table of {title}', { title: t('Most active rooms') })} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('Room')}</th>
                <th scope="col" className="number">
                  {t('Messages')}
                </th>
                <th scope="col" className="number">
                  {t('People')}
                </th>
                <th scope="col" className="number">
                  {t('Reactions')}
                </th>
                <th scope="col" className="number">
                  {t('Uploads')}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map(({ roomId, messages, activePeople, reactions, uploads }) => (
                <tr key={roomId}>
                  <th scope="row">{nameOf(roomId) ?? <code>{roomId}</code>}</th>
                  <td className="number">{countLabel(messages)}</td>
                  <td className="number">{countLabel(activePeople)}</td>
                  <td className="number">{countLabel(reactions)}</td>
                  <td className="number">{countLabel(uploads)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
