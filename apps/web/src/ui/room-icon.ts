import { type RoomKind } from '@agent-chat/client';
import { msg, t } from '../core/translate';
import { type IconName } from './icon';

const ICONS: Readonly<Record<RoomKind, IconName>> = { public: 'hash', private: 'lock', announcement: 'megaphone', direct: 'person' };

export function roomIcon(kind: RoomKind): IconName {
  return ICONS[kind];
}

const LABELS: Readonly<Record<RoomKind, string>> = {
  public: msg('Public room'),
  private: msg('Private room'),
  announcement: msg('Announcements'),
  direct: msg('Direct message'),
};

export function kindLabel(kind: RoomKind): string {
  return t(LABELS[kind]);
}
