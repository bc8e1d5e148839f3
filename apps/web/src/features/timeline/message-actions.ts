import { type Room, type TimelineItem } from '@agent-chat/client';
import { client } from '../../core/client';
import { permissionsIn } from '../../core/permissions';
import { permalink } from '../../core/router';
import { attempt, toastInfo } from '../../core/toasts';
import { t } from '../../core/translate';
import { confirmed } from '../../ui/confirm';

/** What a message's row asks of the room around it. */
export interface MessageActions {
  readonly reply: (item: TimelineItem) => void;
  readonly edit: (item: TimelineItem) => void;
}

/** What the person may do with a message. */
export interface MessageRights {
  readonly isStored: boolean;
  readonly canWrite: boolean;
  readonly canEdit: boolean;
  readonly canDelete: boolean;
  readonly canRestore: boolean;
  /** Earlier texts, which its author and the moderators may see. */
  readonly canSeeRevisions: boolean;
}

export function messageRights(item: TimelineItem, room: Room, me: string): MessageRights {
  const { canPost, canModerate } = permissionsIn(room);
  const isStored = item.messageId !== undefined;
  const isThere = isStored && hasContent(item);
  const isMyOwn = isThere && item.authorId === me && mayChange(room);
  return {
    isStored,
    canWrite: isThere && canPost,
    canEdit: isMyOwn && !isMuted(room),
    canDelete: isMyOwn || (isThere && canModerate),
    canSeeRevisions: isThere && maySeeRevisions(item, room, me),
    canRestore: item.deletedAt !== undefined && canModerate,
  };
}

function isMuted({ me }: Room): boolean {
  return me?.muted === true;
}

/** Also where nothing can be changed any more. */
function maySeeRevisions({ editedAt, authorId }: TimelineItem, room: Room, me: string): boolean {
  return editedAt !== undefined && (authorId === me || room.me?.role === 'owner' || room.me?.role === 'admin');
}

function hasContent({ deletedAt, redacted }: TimelineItem): boolean {
  return deletedAt === undefined && !redacted;
}

function mayChange({ me, archivedAt }: Room): boolean {
  return me !== undefined && archivedAt === undefined;
}

/** Reacts, or takes one's reaction back. */
export async function toggleReaction({ roomId, messageId, reactions }: TimelineItem, emoji: string): Promise<void> {
  if (messageId === undefined) return;
  const isMine = reactions.some((reaction) => reaction.emoji === emoji && reaction.mine === true);
  await attempt(() => (isMine ? client.messages.unreact(roomId, messageId, emoji) : client.messages.react(roomId, messageId, emoji)));
}

export async function deleteMessage({ roomId, messageId, attachments }: TimelineItem): Promise<void> {
  if (messageId === undefined) return;
  const question = {
    title: t('Delete this message?'),
    text:
      attachments.length === 0
        ? t('Its text is removed for everyone. A note that it was there stays.')
        : t('Its text and its files are removed for everyone, the files for good. A note that it was there stays.'),
    action: t('Delete'),
  };
  if (await confirmed(question)) await attempt(() => client.messages.delete(roomId, messageId));
}

export async function restoreMessage({ roomId, messageId }: TimelineItem): Promise<void> {
  if (messageId !== undefined) await attempt(() => client.messages.restore(roomId, messageId));
}

export async function markUnreadFrom({ roomId, seq }: TimelineItem): Promise<void> {
  if (seq !== undefined) await attempt(() => client.room(roomId).markUnread(seq));
}

export async function copyLink({ roomId, seq }: TimelineItem): Promise<void> {
  if (seq === undefined) return;
  const isCopied = await attempt(() => navigator.clipboard.writeText(permalink(roomId, seq)));
  if (isCopied) toastInfo(t('Link copied'));
}

export async function copyText({ text }: TimelineItem): Promise<void> {
  const isCopied = await attempt(() => navigator.clipboard.writeText(text ?? ''));
  if (isCopied) toastInfo(t('Text copied'));
}
