import { type Attachment, type RestBody } from '@agent-chat/contracts';
import { AppError, directRoomId, keyedRoomId, newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { type CommandCall } from './command-sender';

/** Who calls, and the idempotency key of the call. */
export interface Caller {
  readonly actorId: UserId;
  readonly key: string | undefined;
}

/** A call about one room. */
export interface RoomCaller extends Caller {
  readonly roomId: RoomId;
}

/** Something to post, as any transport brings it. */
export interface NewPost {
  readonly text: string;
  readonly replyTo?: MessageId | undefined;
  /** As the storage service vouches for them. */
  readonly attachments?: readonly Attachment[];
}

// Every transport makes its commands here, so that one key over two of them is one message.

/** The message's id is made here (P3): a command that is applied again makes the same message. */
export function postMessage(caller: RoomCaller, { text, replyTo, attachments = [] }: NewPost): CommandCall<'message.post'> {
  const reply = replyTo === undefined ? {} : { replyTo };
  const files = attachments.length === 0 ? {} : { attachments: [...attachments] };
  return { type: 'message.post', ...caller, data: { messageId: newId(), text, ...reply, ...files } };
}

export function editMessage(caller: RoomCaller, messageId: MessageId, text: string): CommandCall<'message.edit'> {
  return { type: 'message.edit', ...caller, data: { messageId, text } };
}

/** Deletes, or undoes it. */
export function aboutMessage<Type extends 'message.delete' | 'message.restore'>(type: Type, caller: RoomCaller, messageId: MessageId): CommandCall<Type> {
  return { type, ...caller, data: { messageId } } as CommandCall<Type>;
}

export function reactTo<Type extends 'reaction.add' | 'reaction.remove'>(
  type: Type,
  caller: RoomCaller,
  messageId: MessageId,
  emoji: string,
): CommandCall<Type> {
  return { type, ...caller, data: { messageId, emoji } } as CommandCall<Type>;
}

/** Calls that say nothing but which room. */
export function aboutRoom<Type extends 'room.archive' | 'room.join' | 'room.leave'>(type: Type, caller: RoomCaller): CommandCall<Type> {
  return { type, ...caller, data: {} } as CommandCall<Type>;
}

/**
 * A direct room's id is its pair's, that of a room made with a key the key's (P3): making it again finds it. VALIDATION_FAILED for a direct
 * room with oneself.
 */
export function createRoom({ actorId, key }: Caller, { kind, name = '', topic = '', memberIds = [] }: RestBody<'createRoom'>): CommandCall<'room.create'> {
  const others = [...new Set(memberIds)].filter((userId) => userId !== actorId);
  const [other] = others;
  if (kind === 'direct' && other === undefined) {
    throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'memberIds.0', message: 'must be somebody else than the caller' }] });
  }
  const isDirect = kind === 'direct' && other !== undefined;
  const roomId: RoomId = isDirect ? directRoomId(actorId, other) : key === undefined ? newId() : keyedRoomId(actorId, key);
  return { type: 'room.create', roomId, actorId, key, data: { kind, name: isDirect ? '' : name, topic, memberIds: others } };
}

export function updateRoom(caller: RoomCaller, { name, topic, kind }: RestBody<'updateRoom'>): CommandCall<'room.update'> {
  const data = { ...(name === undefined ? {} : { name }), ...(topic === undefined ? {} : { topic }), ...(kind === undefined ? {} : { kind }) };
  return { type: 'room.update', ...caller, data };
}

export function addPeople<Type extends 'member.add' | 'member.invite'>(type: Type, caller: RoomCaller, userIds: readonly UserId[]): CommandCall<Type> {
  return { type, ...caller, data: { userIds: [...new Set(userIds)] } } as CommandCall<Type>;
}

export function updateMember(caller: RoomCaller, userId: UserId, { role, muted }: RestBody<'updateMember'>): CommandCall<'member.update'> {
  return { type: 'member.update', ...caller, data: { userId, ...(role === undefined ? {} : { role }), ...(muted === undefined ? {} : { muted }) } };
}

/** Takes a membership, an invitation or a ban away. */
export function aboutPerson<Type extends 'member.remove' | 'invite.revoke' | 'member.unban'>(
  type: Type,
  caller: RoomCaller,
  userId: UserId,
): CommandCall<Type> {
  return { type, ...caller, data: { userId } } as CommandCall<Type>;
}

export function ban(caller: RoomCaller, { userId, reason }: RestBody<'ban'>): CommandCall<'member.ban'> {
  return { type: 'member.ban', ...caller, data: { userId, ...(reason === undefined ? {} : { reason }) } };
}
