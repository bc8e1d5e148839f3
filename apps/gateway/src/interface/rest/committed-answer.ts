import { type CommandResult, type Committed, type Posted } from '@agent-chat/contracts';

export function toCommitted({ seq, epoch, committedAt, duplicate }: CommandResult): Committed {
  return { seq, epoch, committedAt, duplicate };
}

/** `messageId` is the stored one: of a repeated call, the first call's. */
export function toPosted(result: CommandResult, messageId: string): Posted {
  return { messageId: (result.messageId ?? messageId) as Posted['messageId'], ...toCommitted(result) };
}
