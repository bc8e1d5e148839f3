import { type Principal } from '@agent-chat/auth';
import { validate } from '@agent-chat/contracts';
import { isUuid } from '@agent-chat/kernel';
import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { z } from 'zod';
import { type ListedSession, Sessions } from '../../application/auth/sessions';
import { Caller } from './caller.decorator';

/** A log-in as its owner sees it. */
interface SessionView extends ListedSession {
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

const parametersSchema = z.object({ sessionId: z.string().toLowerCase().refine(isUuid, 'must be a UUID') });

/** The caller's log-ins. */
@Controller('api/v1/auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  async list(@Caller() caller: Principal): Promise<{ readonly items: readonly SessionView[] }> {
    const sessions = await this.sessions.list(caller.userId);
    return { items: sessions.map((session) => ({ ...session, current: session.sessionId === caller.sessionId })) };
  }

  @Delete(':sessionId')
  @HttpCode(204)
  async end(@Caller() caller: Principal, @Param() parameters: unknown): Promise<void> {
    const { sessionId } = validate(parametersSchema, parameters);
    await this.sessions.end(caller.userId, sessionId, 'revoked');
  }
}
