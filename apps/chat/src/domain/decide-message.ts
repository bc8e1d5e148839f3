import { ROOM_MENTION } from '@agent-chat/contracts';
import { AppError, type MessageId, type UserId } from '@agent-chat/kernel';
import { admit } from './decide-room';
import { EVERYONE, mentionsIn } from './mentions';
import { atLeast, requireMember, requireOpen, requireRole, requireWriter } from './permissions';
import { CHANGED, UNCHANGED, type Decider, type RoomChange } from './room-change';
import { type MessageState, type RoomState } from './room-state';

/** Most different emoji on one message. */
const MAX_EMOJI = 50;

/** The message, if the room has it; it was loaded before. */
function requireMessage(room: RoomState, messageId: MessageId): MessageState {
  const message = room.messages.get(messageId);
  if (message === undefined) throw new AppError('MESSAGE_NOT_FOUND');
  return message;
}

function requireLive(room: RoomState, messageId: MessageId): MessageState {
  const message = requireMessage(room, messageId);
  if (message.deletedAt !== undefined) throw new AppError('MESSAGE_DELETED');
  return message;
}

/** Notes whom a message counts for as a mention: members other than its author. */
function noteMentions(change: RoomChange, message: MessageState, exists: boolean): void {
  for (const named of message.mentions) {
    if (named === ROOM_MENTION) change.rows.mention(change.room, EVERYONE, message.seq, exists);
    else if (named !== message.authorId && (!exists || change.room.members.has(named as UserId))) change.rows.mention(change.room, named, message.seq, exists);
  }
}

/** Who left a direct room is out of it until somebody writes in it again. */
function bringBack(change: RoomChange): void {
  const { room } = change;
  for (const userId of room.directUserIds ?? []) if (!room.members.has(userId)) admit(change, userId, 'member');
}

export const decidePost: Decider<'message.post'> = (change, { data, actorId, key }) => {
  const { room, at, rows } = change;
  const author = requireWriter(room, actorId);
  if (room.kind === 'announcement' && !atLeast(author.role, 'admin')) throw new AppError('FORBIDDEN', { detail: 'Only admins post in an announcement room' });
  if (data.replyTo !== undefined) requireMessage(room, data.replyTo);
  // Those of the batch are here, an older one's id is refused by the table: one id is one message.
  if (room.messages.has(data.messageId)) throw new AppError('VALIDATION_FAILED', { detail: 'A message has this id already' });
  bringBack(change);
  const mentions = mentionsIn(data.text);
  const reply = data.replyTo === undefined ? {} : { replyTo: data.replyTo };
  room.postedCount += 1;
  const seq = change.append('message.posted', { messageId: data.messageId, clientMsgId: key, text: data.text, mentions, ...reply });
  const message: MessageState = {
    messageId: data.messageId,
    seq,
    postedNo: room.postedCount,
    authorId: actorId,
    clientMsgId: key,
    ...reply,
    createdAt: at,
    text: data.text,
    textSeq: seq,
    textAt: at,
    mentions,
    changedSeq: seq,
    reactions: new Map(),
  };
  room.messages.set(message.messageId, message);
  rows.message(room, message, true);
  if (mentions.length > 0) noteMentions(change, message, true);
  rows.markAtHead(room, actorId);
  return { changed: true, messageId: message.messageId };
};

export const decideEdit: Decider<'message.edit'> = (change, { data, actorId }) => {
  const { room, at, rows } = change;
  requireWriter(room, actorId);
  const message = requireLive(room, data.messageId);
  if (message.authorId !== actorId) throw new AppError('FORBIDDEN', { detail: 'Only its author edits a message' });
  if (message.text === data.text) return { ...UNCHANGED, messageId: message.messageId };
  rows.revision(room, message);
  noteMentions(change, message, false);
  message.mentions = mentionsIn(data.text);
  message.text = data.text;
  message.editedAt = message.textAt = at;
  message.textSeq = message.changedSeq = change.append('message.edited', {
    messageId: message.messageId,
    text: message.text,
    mentions: [...message.mentions],
    editedAt: at,
  });
  noteMentions(change, message, true);
  rows.message(room, message, false);
  return { ...CHANGED, messageId: message.messageId };
};

export const decideDelete: Decider<'message.delete'> = (change, { data, actorId }) => {
  const { room, at, rows } = change;
  const member = requireMember(room, actorId);
  requireOpen(room);
  const message = requireMessage(room, data.messageId);
  if (message.authorId !== actorId && !atLeast(member.role, 'admin')) {
    throw new AppError('FORBIDDEN', { detail: 'Only its author or an admin deletes a message' });
  }
  if (message.deletedAt !== undefined) return { ...UNCHANGED, messageId: message.messageId };
  message.deletedAt = at;
  message.changedSeq = change.append('message.deleted', { messageId: message.messageId, deletedAt: at });
  noteMentions(change, message, false);
  rows.message(room, message, false);
  rows.redaction(room, message);
  return { ...CHANGED, messageId: message.messageId };
};

export const decideRestore: Decider<'message.restore'> = (change, { data, actorId }) => {
  const { room, at, rows } = change;
  requireRole(room, actorId, 'admin');
  requireOpen(room);
  const message = requireMessage(room, data.messageId);
  if (message.deletedAt === undefined) return { ...UNCHANGED, messageId: message.messageId };
  delete message.deletedAt;
  rows.revision(room, message);
  message.textAt = at;
  message.textSeq = message.changedSeq = change.append('message.restored', {
    messageId: message.messageId,
    text: message.text,
    mentions: [...message.mentions],
  });
  noteMentions(change, message, true);
  rows.message(room, message, false);
  return { ...CHANGED, messageId: message.messageId };
};

export const decideReact: Decider<'reaction.add'> = (change, { data, actorId }) => {
  const { room, rows } = change;
  requireWriter(room, actorId);
  const message = requireLive(room, data.messageId);
  const people = message.reactions.get(data.emoji) ?? new Set<UserId>();
  if (people.has(actorId)) return { ...UNCHANGED, messageId: message.messageId };
  if (people.size === 0 && message.reactions.size >= MAX_EMOJI) {
    throw new AppError('LIMIT_REACHED', { detail: `A message has at most ${String(MAX_EMOJI)} different reactions` });
  }
  message.reactions.set(data.emoji, people.add(actorId));
  message.changedSeq = change.append('reaction.added', { messageId: message.messageId, emoji: data.emoji, count: people.size });
  rows.reaction(room, message, data.emoji, actorId, message.changedSeq);
  rows.message(room, message, false);
  return { ...CHANGED, messageId: message.messageId };
};

export const decideUnreact: Decider<'reaction.remove'> = (change, { data, actorId }) => {
  const { room, rows } = change;
  requireWriter(room, actorId);
  const message = requireLive(room, data.messageId);
  const people = message.reactions.get(data.emoji);
  if (people?.delete(actorId) !== true) return { ...UNCHANGED, messageId: message.messageId };
  if (people.size === 0) message.reactions.delete(data.emoji);
  message.changedSeq = change.append('reaction.removed', { messageId: message.messageId, emoji: data.emoji, count: people.size });
  rows.reaction(room, message, data.emoji, actorId, undefined);
  rows.message(room, message, false);
  return { ...CHANGED, messageId: message.messageId };
};
