import { whileReachable } from '@agent-chat/database';
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
