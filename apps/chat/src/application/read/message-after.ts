import { type Message, type Reaction, type RoomEvent } from '@agent-chat/contracts';

interface ChangeData {
  readonly text: string;
  readonly mentions: string[];
  readonly editedAt: string;
  readonly deletedAt: string;
  readonly emoji: string;
  readonly count: number;
}

type MessageEnd = Pick<Message, 'replyTo' | 'reactions' | 'attachments' | 'mentions'>;

/** The message as an event leaves it, the same to the letter as it is read then; undefined where the event alone doesn't tell. */
export function messageAfter(message: Message, { type, data }: RoomEvent): Message | undefined {
  const { text, mentions, editedAt, deletedAt, emoji, count } = data as unknown as ChangeData;
  switch (type) {
    case 'message.edited':
      return { ...start(message), text, createdAt: message.createdAt, editedAt, ...end(message, { mentions }) };
    case 'message.deleted':
      return {
        ...start(message),
        createdAt: message.createdAt,
        ...edited(message),
        deletedAt,
        ...end(message, { reactions: [], attachments: [], mentions: [] }),
      };
    case 'reaction.added':
      return { ...message, reactions: withReaction(message.reactions, { emoji, count, mine: false }) };
    default:
      // Who reacted first, now that somebody doesn't any more, or what a restored message had, only the database knows.
      return undefined;
  }
}

function start({ messageId, roomId, seq, authorId, clientMsgId }: Message): Pick<Message, 'messageId' | 'roomId' | 'seq' | 'authorId' | 'clientMsgId'> {
  return { messageId, roomId, seq, authorId, clientMsgId };
}

function edited({ editedAt }: Message): Pick<Message, 'editedAt'> {
  return editedAt === undefined ? {} : { editedAt };
}

function end(before: Message, changed: Partial<MessageEnd>): MessageEnd {
  const { replyTo, reactions, attachments, mentions } = { ...before, ...changed };
  return { ...(replyTo === undefined ? {} : { replyTo }), reactions, attachments, mentions };
}

/** In the order in which each was given first: what is new comes last. */
function withReaction(reactions: readonly Reaction[], given: Reaction): Reaction[] {
  const isKnown = reactions.some(({ emoji }) => emoji === given.emoji);
  return isKnown ? reactions.map((reaction) => (reaction.emoji === given.emoji ? given : reaction)) : [...reactions, given];
}
