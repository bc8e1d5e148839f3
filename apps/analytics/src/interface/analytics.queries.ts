import { DatabaseError } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AnalyticsReader } from '../infrastructure/analytics.reader';

/** Answers questions about figures and the audit trail. */
@Injectable()
export class AnalyticsQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly reader: AnalyticsReader,
  ) {}

  onModuleInit(): void {
    this.bus.answer('analytics.days', (input) => whileReachable(this.reader.days(input)));
    this.bus.answer('audit.list', (input) => whileReachable(this.reader.trail(input)));
  }
}

async function whileReachable<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'outage') throw new AppError('UNAVAILABLE', { retryAfterMs: 1_000, cause: error });
    throw error;
  }
}
