import { type Ban, type Room } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { client } from '../../core/client';
import { explainError } from '../../core/explain-error';
import { attempt } from '../../core/toasts';
import { t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { ActionButton } from '../../ui/controls';
import { useListing } from './use-listing';

const EVENTS: ReadonlySet<string> = new Set(['member.banned', 'member.unbanned']);

async function readBans(roomId: string): Promise<readonly Ban[]> {
  return (await client.rooms.bans(roomId)).items;
}

/** Who may not come in. */
export function Bans({ room }: { readonly room: Room }): ReactNode {
  const { items, error, reload } = useListing(room.roomId, readBans, EVENTS);
  const lift = async (userId: string): Promise<void> => {
    if (await attempt(() => client.rooms.unban(room.roomId, userId))) reload();
  };
  if (error !== undefined) return <p className="muted">{t('Bans can’t be shown: {why}.', { why: explainError(error).title })}</p>;
  if (items.length === 0) return null;
  return (
    <section aria-label={t('Banned')}>
      <h3 className="list-heading">{t('Banned')}</h3>
      <ul className="people-list">
        {items.map(({ user, reason }) => (
          <li className="person" key={user.userId}>
            <Avatar userId={user.userId} size="small" />
            <span className="person-lines">
              <span className="ellipsis">{user.displayName}</span>
              {reason !== undefined && <span className="muted ellipsis">{reason}</span>}
            </span>
            <ActionButton look="quiet" aria-label={t('Lift the ban of {name}', { name: user.displayName })} onPress={() => void lift(user.userId)}>
              {t('Lift ban')}
            </ActionButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
