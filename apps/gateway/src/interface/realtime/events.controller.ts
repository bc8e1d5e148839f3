import { type Principal } from '@agent-chat/auth';
import { AppConfig } from '@agent-chat/config';
import { RoomIdSchema, validate } from '@agent-chat/contracts';
import { AppError, parseCursor, type RoomId } from '@agent-chat/kernel';
import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { type Response } from 'express';
import { z } from 'zod';
import { EventStreams } from '../../application/realtime/event-streams';
import { RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { MAX_POSITION_CHARS, MAX_ROOMS_PER_STREAM, StreamPosition } from '../../domain/stream-position';
import { AcceptsTicket } from '../auth/access.decorators';
import { Caller } from '../auth/caller.decorator';
import { SseAdmission } from './sse-admission';
import { SseConnection } from './sse-connection';

const StreamQuery = z.object({
  rooms: z
    .string()
    .transform((text) => [...new Set(text.split(',').filter((part) => part !== ''))])
    .pipe(z.array(RoomIdSchema).min(1).max(MAX_ROOMS_PER_STREAM, `at most ${MAX_ROOMS_PER_STREAM} rooms in one stream`))
    .optional(),
  after: z.string().max(MAX_POSITION_CHARS).optional(),
});

/** Server-sent events: the same frames as on a socket, for clients that can't have one. */
@Controller('api/v1/events')
export class EventsController {
  constructor(
    private readonly admission: SseAdmission,
    private readonly streams: EventStreams,
    private readonly metrics: RealtimeMetrics,
    private readonly config: AppConfig,
  ) {}

  @Get()
  @AcceptsTicket()
  @ApiExcludeEndpoint()
  async open(
    @Caller() principal: Principal,
    @Query() query: unknown,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const { rooms, after } = validate(StreamQuery, query);
    const position = positionOf(lastEventId ?? after, rooms);
    await this.admission.admit(principal);
    if (response.closed || response.destroyed) return;
    const stream = new SseConnection(principal, response, this.config.limits.outboundQueueBytes, this.metrics);
    this.admission.enter(stream);
    response.once('close', () => {
      stream.isClosed = true;
      this.streams.end(stream);
      this.admission.leave(stream);
    });
    stream.begin();
    this.streams.start(stream, rooms, position);
  }
}

function positionOf(text: string | undefined, rooms: readonly RoomId[] | undefined): StreamPosition | undefined {
  if (text === undefined || text === '') return undefined;
  const position = StreamPosition.decode(text.includes('.') ? fromCursors(text, rooms) : text);
  if (position !== undefined) return position;
  const message = 'must be the id of an event of such a stream, or the cursors of the rooms in their order, separated by commas';
  throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'after', message }] });
}

/** Cursors as history and the log answer them, one a room; empty text where they don't match. */
function fromCursors(text: string, rooms: readonly RoomId[] = []): string {
  const cursors = text.split(',').map(parseCursor);
  const pairs = rooms.flatMap((roomId, index) => {
    const cursor = cursors[index];
    return cursor === undefined ? [] : [[roomId, cursor] as const];
  });
  return pairs.length === cursors.length && pairs.length === rooms.length ? StreamPosition.encode(pairs) : '';
}
