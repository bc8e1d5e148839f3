import { type Room, type RoomNotify } from '@agent-chat/client';

/** Something that happened in a room that the person isn't looking at. */
export interface Notice {
  readonly kind: 'message' | 'mention' | 'invitation';
  readonly room: Room;
}

/** What is known of a room already. */
interface Known {
  /** Of the newest message. */
  readonly seq: number;
  readonly mentions: number;
  readonly isInvited: boolean;
}

/** The rooms as they were looked at last; undefined before the list was there. */
export type KnownRooms = ReadonlyMap<string, Known> | undefined;

/** What decides whether somebody is told. */
export interface NoticeContext {
  readonly me: string;
  /** The room that is open and looked at. */
  readonly openRoomId: string | undefined;
  readonly notifyOf: (room: Room) => RoomNotify;
}

function isNews({ lastMessage, me: membership }: Room, before: Known, me: string): boolean {
  if (lastMessage === undefined || lastMessage.seq <= before.seq) return false;
  return lastMessage.deletedAt === undefined && lastMessage.authorId !== me && (membership?.unreadCount ?? 0) > 0;
}

function newMessage(room: Room, before: Known, { me, openRoomId, notifyOf }: NoticeContext): Notice | undefined {
  if (!isNews(room, before, me) || room.roomId === openRoomId) return undefined;
  const isMention = (room.me?.mentionCount ?? 0) > before.mentions;
  const notify = notifyOf(room);
  if (notify === 'nothing' || (notify === 'mentions' && !isMention)) return undefined;
  return { kind: isMention ? 'mention' : 'message', room };
}

function noticeOf(room: Room, before: Known, context: NoticeContext): Notice | undefined {
  if (room.me !== undefined) return newMessage(room, before, context);
  return room.invited === true && !before.isInvited ? { kind: 'invitation', room } : undefined;
}

/** Badges come before the newest message does: mentions count as new until a message was decided about. */
function knownAfter(room: Room, before: Known): Known {
  const seq = Math.max(before.seq, room.lastMessage?.seq ?? 0);
  const mentions = room.me?.mentionCount ?? 0;
  return { seq, mentions: seq > before.seq ? mentions : Math.min(before.mentions, mentions), isInvited: room.invited === true };
}

/** What the person is to be told of, at most one notice a room, and what is known from now on. Nothing is new when the list is seen for the first time. */
export function decideNotices(
  known: KnownRooms,
  rooms: readonly Room[],
  context: NoticeContext,
): { readonly notices: readonly Notice[]; readonly known: KnownRooms } {
  const notices: Notice[] = [];
  const next = new Map<string, Known>();
  for (const room of rooms) {
    // A room that appears was joined, which one knows; one that one is invited to is news.
    const before = known?.get(room.roomId) ?? { seq: room.lastMessage?.seq ?? 0, mentions: room.me?.mentionCount ?? 0, isInvited: false };
    const notice = known === undefined ? undefined : noticeOf(room, before, context);
    if (notice !== undefined) notices.push(notice);
    next.set(room.roomId, knownAfter(room, before));
  }
  return { notices, known: next };
}
