import { type Principal } from '@agent-chat/auth';
import { type QueryAnswer, type RestBody, type RestQuery } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { type Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditExport } from '../../application/audit-export';
import { READ } from '../../application/rooms/room-reads';
import { Roles } from '../auth/access.decorators';
import { Caller } from '../auth/caller.decorator';
import { CheckedBody, CheckedQuery } from '../rest/call-parameters';

/** Who did what: reading, exporting and forgetting; for operators. */
@Roles('operator')
@Controller('api/v1/audit')
export class AuditController {
  constructor(
    private readonly queries: QueryBus,
    private readonly exporting: AuditExport,
  ) {}

  @Get()
  async list(@CheckedQuery('audit') { by, ...query }: RestQuery<'audit'>): Promise<QueryAnswer<'audit.list'>> {
    return this.queries.ask('audit.list', { ...query, operatorsOnly: by === 'operators' }, READ);
  }

  /** An answer that was cut off lacks its last line. */
  @Get('export')
  async export(@Caller() { userId }: Principal, @Res() response: Response): Promise<void> {
    const lines = await this.exporting.begin(userId);
    response.setHeader('Content-Type', 'application/x-ndjson');
    response.setHeader('Content-Disposition', 'attachment; filename="audit.ndjson"');
    response.setHeader('Cache-Control', 'no-store');
    await pipeline(Readable.from(lines), response).catch((error: unknown) => {
      // Whoever leaves before the end is not told anything.
      if (!hasLeft(error)) throw error;
    });
  }

  @Post('erasures')
  @HttpCode(200)
  async erase(@CheckedBody('eraseFromAudit') { userId }: RestBody<'eraseFromAudit'>, @Caller() caller: Principal): Promise<QueryAnswer<'audit.erase'>> {
    return this.queries.ask('audit.erase', { userId, actorId: caller.userId }, READ);
  }
}

function hasLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
