import { MessagingModule, ProjectionRunner } from '@agent-chat/messaging';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ActivityProjection } from './infrastructure/activity.projection';
import { AnalyticsReader } from './infrastructure/analytics.reader';
import { AuditProjection } from './infrastructure/audit.projection';
import { AnalyticsQueries } from './interface/analytics.queries';

/** Projections of the event log: figures by room and day, and the audit trail. */
@Module({ imports: [MessagingModule], providers: [ActivityProjection, AuditProjection, AnalyticsReader, AnalyticsQueries] })
export class AnalyticsModule implements OnApplicationBootstrap {
  constructor(
    private readonly runner: ProjectionRunner,
    private readonly activity: ActivityProjection,
    private readonly audit: AuditProjection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.runner.run(this.activity), this.runner.run(this.audit)]);
  }
}
