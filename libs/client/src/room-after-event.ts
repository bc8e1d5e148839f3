import { type KnownRoomEvent } from './room-events';
import { type LastMessage, type Room } from './types';

const PREVIEW_CODE_POINTS = 140;

/** A room of the list as it is after an event of it; `me` is who looks at the list. */
export function roomAfter(room: Room, event: KnownRoomEvent, me: string | undefined, now: string): Room {
  return { ...room, ...changeBy(room, event, me, now) };
}

/** When something last happened in a room. */
export function activityOf({ updatedAt, lastMessage }: Room): string {
  return lastMessage !== undefined && lastMessage.createdAt > updatedAt ? lastMessage.createdAt : updatedAt;
}

function changeBy(room: Room, event: KnownRoomEvent, me: string | undefined, now: string): Partial<Room> {
  switch (event.type) {
    case 'message.posted':
      return { updatedAt: now, lastMessage: preview(event), ...counted(room, event, me) };
    case 'message.edited':
    case 'message.restored':
      return previewChanged(room, event.data.messageId, { preview: shortened(event.data.text), deletedAt: undefined });
    case 'message.deleted':
      return previewChanged(room, event.data.messageId, { preview: '', files: undefined, deletedAt: event.data.deletedAt });
    case 'room.updated':
      return { ...event.data };
    case 'room.archived':
      return { archivedAt: event.at };
    case 'member.updated':
      return event.data.userId === me ? membershipChanged(room, event) : {};
    case 'member.joined':
      return { memberCount: room.memberCount + 1 };
    case 'member.left':
      return { memberCount: Math.max(0, room.memberCount - 1) };
    default:
      return {};
  }
}

function membershipChanged({ me }: Room, { data: { role, muted } }: KnownRoomEvent<'member.updated'>): Partial<Room> {
  return me === undefined ? {} : { me: { ...me, role: role ?? me.role, muted: muted ?? me.muted } };
}

/** A post moves its author's mark; for the others it is unread. */
function counted(room: Room, { data, seq }: KnownRoomEvent<'message.posted'>, me: string | undefined): Partial<Room> {
  if (room.me === undefined || seq <= room.me.readSeq) return {};
  if (data.authorId === me) return { me: { ...room.me, readSeq: seq, unreadCount: 0, mentionCount: 0 } };
  const isMentioned = data.mentions.some((mention) => mention === me || mention === 'room');
  return { me: { ...room.me, unreadCount: room.me.unreadCount + 1, mentionCount: room.me.mentionCount + (isMentioned ? 1 : 0) } };
}

function preview({ data, seq }: KnownRoomEvent<'message.posted'>): LastMessage {
  const { messageId, authorId, attachments, createdAt } = data;
  const [first] = attachments;
  const files = first && { count: attachments.length, first };
  return { messageId, seq, authorId, preview: shortened(data.text), ...(files && { files }), createdAt };
}

/** The newest message as it is now, if it is the one that changed. */
function previewChanged({ lastMessage }: Room, messageId: string, change: Partial<LastMessage>): Partial<Room> {
  return lastMessage?.messageId === messageId ? { lastMessage: { ...lastMessage, ...change } } : {};
}

function shortened(text = ''): string {
  return Array.from(text).slice(0, PREVIEW_CODE_POINTS).join('');
}
