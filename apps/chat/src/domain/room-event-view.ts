import { type Attachment, type RoomEvent } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';

/** An event as the log holds it. The payload of `message.posted` leaves out what the row says already. */
export interface LoggedEvent {
  readonly roomId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly type: string;
  readonly actorId: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly createdAt: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * The event as it is served. The owner publishes and the queries answer through this one function, and the order of keys doesn't
 * depend on that of the payload (jsonb keeps none): so an event's encoding is the same whether it came live or from the log.
 */
export function roomEventOf({ roomId, epoch, seq, type, actorId, createdAt, payload }: LoggedEvent): RoomEvent {
  return {
    roomId: roomId as RoomId,
    epoch,
    seq,
    type,
    actorId: actorId as UserId,
    at: createdAt,
    data: type === 'message.posted' ? postedData(payload, { roomId, seq, authorId: actorId, createdAt }) : sortedByKey(payload),
  };
}

/** Its keys in one order, whatever order the payload's are in. */
export function attachmentView({ attachmentId, name, type, sizeBytes, width, height }: Attachment): Attachment {
  return { attachmentId, name, type, sizeBytes, ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
}

interface PostedPlace {
  readonly roomId: string;
  readonly seq: number;
  readonly authorId: string;
  readonly createdAt: string;
}

function postedData(payload: Readonly<Record<string, unknown>>, { roomId, seq, authorId, createdAt }: PostedPlace): Record<string, unknown> {
  const { messageId, clientMsgId, text, mentions, replyTo, redacted, attachments } = payload;
  return {
    messageId,
    roomId,
    seq,
    authorId,
    clientMsgId,
    ...(text === undefined ? {} : { text }),
    createdAt,
    ...(replyTo === undefined ? {} : { replyTo }),
    reactions: [],
    attachments: attachments === undefined ? [] : (attachments as Attachment[]).map(attachmentView),
    mentions,
    ...(redacted === undefined ? {} : { redacted }),
  };
}

function sortedByKey(payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  // Without the absent ones: live payloads may hold keys that are `undefined`, stored ones never do.
  const present = Object.entries(payload).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.sort(([one], [other]) => (one < other ? -1 : 1)));
}
