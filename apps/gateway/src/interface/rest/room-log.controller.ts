import { type EventPage, type ReadAnswer, type RestBody, type RestQuery } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get, Put } from '@nestjs/common';
import { ReadMarks } from '../../application/realtime/read-marks';
import { type RoomCaller } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { CheckedBody, CheckedQuery, RoomCall } from './call-parameters';

/** An answer ends at the first event beyond this; `more` says so. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** A room's log, and how far the caller has read it. */
@Controller('api/v1/rooms/:roomId')
export class RoomLogController {
  constructor(
    private readonly queries: QueryBus,
    private readonly readMarks: ReadMarks,
  ) {}

  @Get('events')
  async events(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedQuery('events') query: RestQuery<'events'>): Promise<EventPage> {
    return this.queries.ask('room.events', { roomId, userId: actorId, ...query, maxBytes: MAX_ANSWER_BYTES }, READ);
  }

  @Put('read')
  async read(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedBody('read') { seq, force = false }: RestBody<'read'>): Promise<ReadAnswer> {
    const { unreadCount } = await this.readMarks.mark({ roomId, userId: actorId, seq, force });
    return { unreadCount };
  }
}
