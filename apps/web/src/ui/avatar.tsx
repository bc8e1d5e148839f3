import { type Room } from '@agent-chat/client';
import { useState, type ReactNode } from 'react';
import { useIsConnected, useMyId } from '../core/client';
import { usePerson } from '../core/people';
import { usePresence } from '../core/presence';
import { otherOf } from '../core/room-names';
import { msg, t } from '../core/translate';
import { flag } from './flag';
import { hueOf, initialsOf } from './hue';
import { Icon } from './icon';
import { roomIcon } from './room-icon';

interface AvatarProps {
  readonly userId: string;
  readonly size?: 'small' | 'medium' | 'large';
  readonly showsPresence?: boolean;
}

const STATUS = { online: msg('Online'), away: msg('Away'), offline: msg('Offline') };

function PresenceDot({ userId }: { readonly userId: string }): ReactNode {
  const presence = usePresence(userId);
  const isMe = useMyId() === userId;
  const isConnected = useIsConnected();
  const status = isMe && !isConnected ? 'offline' : (presence?.status ?? 'offline');
  return <span className="presence-dot" data-status={status} role="img" aria-label={t(STATUS[status])} />;
}

interface AvatarPictureProps {
  readonly userId: string;
  readonly name: string;
  readonly url: string | undefined;
  readonly size?: AvatarProps['size'];
  readonly children?: ReactNode;
}

/** A picture, or the initials until it is there, and where there is none or it can't be shown. It is fetched when it comes near, and its server isn't told where it is shown. */
export function AvatarPicture({ userId, name, url, size = 'medium', children }: AvatarPictureProps): ReactNode {
  const [ready, setReady] = useState<string>();
  const [broken, setBroken] = useState<string>();
  return (
    <span className="avatar" data-size={size} data-hue={hueOf(userId)}>
      {/* Drawn, not written: whoever listens or copies has the name itself. */}
      <span className="initials" data-initials={initialsOf(name)} aria-hidden="true" />
      {url !== undefined && url !== broken && (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          data-ready={flag(ready === url)}
          onLoad={() => setReady(url)}
          onError={() => setBroken(url)}
        />
      )}
      {children}
    </span>
  );
}

/** A person's picture, or their initials. */
export function Avatar({ userId, size = 'medium', showsPresence = false }: AvatarProps): ReactNode {
  const person = usePerson(userId);
  return (
    <AvatarPicture userId={userId} name={person?.displayName ?? ''} url={person?.avatarUrl} size={size}>
      {showsPresence && <PresenceDot userId={userId} />}
    </AvatarPicture>
  );
}

/** A room's picture: the other person's, or a sign for its kind. */
export function RoomAvatar({ room, size = 'medium' }: { readonly room: Room; readonly size?: 'small' | 'medium' | 'large' }): ReactNode {
  const other = otherOf(room, useMyId());
  if (other !== undefined) return <Avatar userId={other} size={size} showsPresence />;
  return (
    <span className="avatar" data-size={size} data-room data-hue={hueOf(room.roomId)}>
      <Icon name={roomIcon(room.kind)} size={size === 'small' ? 14 : 18} />
    </span>
  );
}
