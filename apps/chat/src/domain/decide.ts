import { type Command } from '@agent-chat/contracts';
import { type AttachmentId, type MessageId } from '@agent-chat/kernel';
import { decideAdd, decideBan, decideInvite, decideRemove, decideRevokeInvite, decideUnban, decideUpdateMember } from './decide-member';
import { decideDelete, decideEdit, decidePost, decideReact, decideRestore, decideUnreact } from './decide-message';
import { decideArchive, decideCreate, decideJoin, decideLeave, decideUpdate } from './decide-room';
import { type Decider, type Decision, type RoomChange } from './room-change';

const DECIDERS: { readonly [Type in Command['type']]: Decider<Type> } = {
  'room.create': decideCreate,
  'room.update': decideUpdate,
  'room.archive': decideArchive,
  'room.join': decideJoin,
  'room.leave': decideLeave,
  'member.add': decideAdd,
  'member.invite': decideInvite,
  'invite.revoke': decideRevokeInvite,
  'member.update': decideUpdateMember,
  'member.remove': decideRemove,
  'member.ban': decideBan,
  'member.unban': decideUnban,
  'message.post': decidePost,
  'message.edit': decideEdit,
  'message.delete': decideDelete,
  'message.restore': decideRestore,
  'reaction.add': decideReact,
  'reaction.remove': decideUnreact,
};

/** Decides a command on its room: changes the room and notes rows, or throws the refusal and has changed nothing. */
export function decide(change: RoomChange, command: Command): Decision {
  return (DECIDERS[command.type] as Decider<typeof command.type>)(change, command);
}

/** The files that a command names: whether a message has one of them already decides about it. */
export function referredAttachments(command: Command): readonly AttachmentId[] {
  return command.type === 'message.post' ? (command.data.attachments ?? []).map(({ attachmentId }) => attachmentId) : [];
}

/** The message that a command can't be decided without. */
export function referredMessage(command: Command): MessageId | undefined {
  switch (command.type) {
    case 'message.post':
      return command.data.replyTo;
    case 'message.edit':
    case 'message.delete':
    case 'message.restore':
    case 'reaction.add':
    case 'reaction.remove':
      return command.data.messageId;
    default:
      return undefined;
  }
}
