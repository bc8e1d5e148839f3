import { type CommandResult, type CommandType } from '@agent-chat/contracts';
import { Injectable } from '@nestjs/common';
import { AttachmentClaims } from './attachment-claims';
import { type CommandCall, CommandSender } from './command-sender';
import { type NewPost, postMessage, type RoomCaller } from './room-commands';

/** A post as a client asks for it: files by their ids. */
export type AskedPost = Omit<NewPost, 'attachments'> & { readonly attachmentIds?: readonly string[] | undefined };

/** How a transport changes a room. */
@Injectable()
export class RoomWrites {
  constructor(
    private readonly commands: CommandSender,
    private readonly claims: AttachmentClaims,
  ) {}

  /** As `CommandSender` does. */
  send<Type extends CommandType>(call: CommandCall<Type>): Promise<CommandResult> {
    return this.commands.send(call);
  }

  /** The command of a post. Rejects with what `AttachmentClaims` rejects with. */
  async makePost(caller: RoomCaller, { attachmentIds = [], ...post }: AskedPost): Promise<CommandCall<'message.post'>> {
    return postMessage(caller, { ...post, attachments: await this.claims.claim(caller, attachmentIds) });
  }
}
