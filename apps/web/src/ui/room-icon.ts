import { type RoomKind } from '@agent-chat/client';
import { type IconName } from './icon';

const ICONS: Readonly<Record<RoomKind, IconName>> = { public: 'hash', private: 'lock', announcement: 'megaphone', direct: 'person' };

export function roomIcon(kind: RoomKind): IconName {
  return ICONS[kind];
}

const LABELS: Readonly<Record<RoomKind, string>> = { public: 'Public room', private: 'Private room', announcement: 'Announcements', direct: 'Direct message' };

export function kindLabel(kind: RoomKind): string {
  return LABELS[kind];
}
