import { type Committed, type Message, type Posted, type RestBody, type RestQuery, type RevisionList } from '@agent-chat/contracts';
import { type MessageId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import { type Response } from 'express';
import { aboutMessage, editMessage, type RoomCaller } from '../../application/room-commands';
import { RoomWrites } from '../../application/room-writes';
import { READ } from '../../application/rooms/room-reads';
import { RateLimit } from '../http/rate-limit.decorator';
import { agreedKey, CheckedBody, CheckedQuery, MessageIdParam, RoomCall } from './call-parameters';
import { toCommitted, toPosted } from './committed-answer';

/** A room's messages. */
@Controller('api/v1/rooms/:roomId/messages')
export class MessagesController {
  constructor(
    private readonly writes: RoomWrites,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @RateLimit('message.post')
  async post(
    @RoomCall() caller: RoomCaller,
    @CheckedBody('postMessage') { clientMsgId, ...post }: RestBody<'postMessage'>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Posted> {
    const key = agreedKey(caller.key, clientMsgId);
    const command = await this.writes.makePost({ ...caller, key }, post);
    const result = await this.writes.send(command);
    response.status(result.duplicate ? 200 : 201);
    return toPosted(result, command.data.messageId);
  }

  @Get()
  async history(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedQuery('history') place: RestQuery<'history'>, @Res() response: Response): Promise<void> {
    response.type('json').send(await this.queries.askText('room.history', { roomId, userId: actorId, ...place }, READ));
  }

  @Get(':messageId')
  async get(@RoomCall() { roomId, actorId }: RoomCaller, @MessageIdParam() messageId: MessageId): Promise<Message> {
    return (await this.queries.ask('message.get', { roomId, userId: actorId, messageId }, READ)).message;
  }

  @Patch(':messageId')
  async edit(
    @RoomCall() caller: RoomCaller,
    @MessageIdParam() messageId: MessageId,
    @CheckedBody('editMessage') { text }: RestBody<'editMessage'>,
  ): Promise<Committed> {
    return toCommitted(await this.writes.send(editMessage(caller, messageId, text)));
  }

  @Delete(':messageId')
  async delete(@RoomCall() caller: RoomCaller, @MessageIdParam() messageId: MessageId): Promise<Committed> {
    return toCommitted(await this.writes.send(aboutMessage('message.delete', caller, messageId)));
  }

  @Post(':messageId/restore')
  @HttpCode(200)
  async restore(@RoomCall() caller: RoomCaller, @MessageIdParam() messageId: MessageId): Promise<Committed> {
    return toCommitted(await this.writes.send(aboutMessage('message.restore', caller, messageId)));
  }

  @Get(':messageId/revisions')
  async revisions(@RoomCall() { roomId, actorId }: RoomCaller, @MessageIdParam() messageId: MessageId): Promise<RevisionList> {
    return this.queries.ask('message.revisions', { roomId, userId: actorId, messageId }, READ);
  }
}
