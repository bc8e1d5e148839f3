import { type Room, type User } from '@agent-chat/client';
import { type ReactNode } from 'react';
import { client } from '../../core/client';
import { explainError } from '../../core/explain-error';
import { attempt } from '../../core/toasts';
import { t } from '../../core/translate';
import { Avatar } from '../../ui/avatar';
import { ActionButton } from '../../ui/controls';
import { useListing } from './use-listing';

const EVENTS: ReadonlySet<string> = new Set(['member.invited', 'invite.revoked', 'member.joined', 'member.banned']);

async function readInvites(roomId: string): Promise<readonly User[]> {
  return (await client.rooms.invites(roomId)).items;
}

/** Who was invited and hasn't answered. */
export function Invites({ room, canRevokeAll }: { readonly room: Room; readonly canRevokeAll: boolean }): ReactNode {
  const { items, error, reload } = useListing(room.roomId, readInvites, EVENTS);
  const revoke = async (userId: string): Promise<void> => {
    if (await attempt(() => client.rooms.revokeInvite(room.roomId, userId))) reload();
  };
  if (error !== undefined) return <p className="muted">{t('Invitations can’t be shown: {why}.', { why: explainError(error).title })}</p>;
  if (items.length === 0) return null;
  return (
    <section aria-label={t('Invited')}>
      <h3 className="list-heading">{t('Invited')}</h3>
      <ul className="people-list">
        {items.map((user) => (
          <li className="person" key={user.userId}>
            <Avatar userId={user.userId} size="small" />
            <span className="person-lines">
              <span className="ellipsis">{user.displayName}</span>
            </span>
            {canRevokeAll && (
              <ActionButton
                look="quiet"
                aria-label={t('Take back the invitation of {name}', { name: user.displayName })}
                onPress={() => void revoke(user.userId)}
              >
                {t('Take back')}
              </ActionButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
