import { Authenticator } from '@agent-chat/auth';
import { type QueryAnswer, type RestBody, type RestQuery, type RoomFilePage } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { QueryBus, Relay, type RelayFacts } from '@agent-chat/query-bus';
import { Controller, Delete, Get, Head, HttpCode, Options, Patch, Post, Req, Res } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { READ } from '../../application/rooms/room-reads';
import { type Caller as CallerOf, type RoomCaller } from '../../application/room-commands';
import { Public } from '../auth/access.decorators';
import { type AuthenticatedRequest } from '../auth/authenticated-request';
import { bearerToken } from '../auth/bearer-token';
import { RateLimit } from '../http/rate-limit.decorator';
import { CallerAndKey, CheckedBody, CheckedQuery, RoomCall } from './call-parameters';

const TUS_VERSION = '1.0.0';

/** Files: their bytes are the storage service's, which takes and gives them through here. */
@Controller('api/v1')
export class AttachmentsController {
  constructor(
    private readonly relay: Relay,
    private readonly queries: QueryBus,
    private readonly authenticator: Authenticator,
  ) {}

  /** What the server can of the tus protocol. */
  @Options('uploads')
  @RateLimit('upload')
  async options(@Req() request: AuthenticatedRequest, @Res() response: Response): Promise<void> {
    await this.handOver(request, response);
  }

  @Post('uploads')
  @RateLimit('upload')
  async begin(@Req() request: AuthenticatedRequest, @Res() response: Response): Promise<void> {
    await this.handOver(request, response);
  }

  @Head('uploads/:attachmentId')
  @RateLimit('upload')
  async ask(@Req() request: AuthenticatedRequest, @Res() response: Response): Promise<void> {
    await this.handOver(request, response);
  }

  @Patch('uploads/:attachmentId')
  @RateLimit('upload')
  async goOn(@Req() request: AuthenticatedRequest, @Res() response: Response): Promise<void> {
    await this.handOver(request, response);
  }

  @Delete('uploads/:attachmentId')
  @RateLimit('upload')
  async cancel(@Req() request: AuthenticatedRequest, @Res() response: Response): Promise<void> {
    await this.handOver(request, response);
  }

  /** What was shared in a room. */
  @Get('rooms/:roomId/attachments')
  @RateLimit('attachment.read')
  async inRoom(@RoomCall() { roomId, actorId }: RoomCaller, @CheckedQuery('roomFiles') wanted: RestQuery<'roomFiles'>): Promise<RoomFilePage> {
    return this.queries.ask('room.attachments', { roomId, userId: actorId, ...wanted }, READ);
  }

  /** Links that work without a token. */
  @Post('attachments/links')
  @HttpCode(200)
  @RateLimit('attachment.read')
  async link(
    @CallerAndKey() { actorId }: CallerOf,
    @CheckedBody('linkAttachments') { attachmentIds }: RestBody<'linkAttachments'>,
  ): Promise<QueryAnswer<'attachments.links'>> {
    return this.queries.ask('attachments.links', { userId: actorId, attachmentIds }, READ);
  }

  /** A file: with a token, or by a link. */
  @Get('attachments/:attachmentId')
  @Public()
  @RateLimit('attachment.read')
  async file(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.serve(request, response);
  }

  /** A smaller picture of an image, likewise. */
  @Get('attachments/:attachmentId/:variant')
  @Public()
  @RateLimit('attachment.read')
  async variant(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.serve(request, response);
  }

  private async handOver(request: AuthenticatedRequest, response: Response): Promise<void> {
    if (request.principal === undefined) throw new AppError('UNAUTHENTICATED');
    response.setHeader('Tus-Resumable', TUS_VERSION);
    await this.relay.hand('storage', request, response, { userId: request.principal.userId });
  }

  private async serve(request: Request, response: Response): Promise<void> {
    const token = bearerToken(request);
    if (token === undefined && typeof request.query['signature'] !== 'string') throw new AppError('UNAUTHENTICATED');
    const facts: RelayFacts = token === undefined ? {} : { userId: (await this.authenticator.authenticate(token)).userId };
    await this.relay.hand('storage', request, response, facts);
  }
}
