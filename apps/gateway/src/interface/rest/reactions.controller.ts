import { type Committed, EmojiSchema } from '@agent-chat/contracts';
import { AppError, type MessageId } from '@agent-chat/kernel';
import { Controller, Delete, Param, Put } from '@nestjs/common';
import { CommandSender } from '../../application/command-sender';
import { reactTo, type RoomCaller } from '../../application/room-commands';
import { MessageIdParam, RoomCall } from './call-parameters';
import { toCommitted } from './committed-answer';

/** Reactions to a message. */
@Controller('api/v1/rooms/:roomId/messages/:messageId/reactions/:emoji')
export class ReactionsController {
  constructor(private readonly commands: CommandSender) {}

  @Put()
  async add(@RoomCall() caller: RoomCaller, @MessageIdParam() messageId: MessageId, @Param('emoji') emoji: string): Promise<Committed> {
    return toCommitted(await this.commands.send(reactTo('reaction.add', caller, messageId, checked(emoji))));
  }

  @Delete()
  async remove(@RoomCall() caller: RoomCaller, @MessageIdParam() messageId: MessageId, @Param('emoji') emoji: string): Promise<Committed> {
    return toCommitted(await this.commands.send(reactTo('reaction.remove', caller, messageId, checked(emoji))));
  }
}

function checked(emoji: string): string {
  const parsed = EmojiSchema.safeParse(emoji);
  if (!parsed.success) throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'emoji', message: 'must be one emoji or a :name:' }] });
  return parsed.data;
}
