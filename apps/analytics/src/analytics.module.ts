import { OperatorActs } from '@agent-chat/audit';
import { MessagingModule, ProjectionRunner } from '@agent-chat/messaging';
import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditEraser } from './infrastructure/audit-eraser';
import { AuditProjection } from './infrastructure/audit.projection';
import { AuditReader } from './infrastructure/audit.reader';
import { FiguresProjection } from './infrastructure/figures.projection';
import { FiguresReader } from './infrastructure/figures.reader';
import { FiguresUpkeep } from './infrastructure/figures-upkeep';
import { ObservationsRepository } from './infrastructure/observations.repository';
import { AuditQueries } from './interface/audit.queries';
import { FiguresQueries } from './interface/figures.queries';

/** Projections of the event log: figures by time and room, and the audit trail. */
@Module({
  imports: [MessagingModule],
  providers: [
    ...[FiguresProjection, FiguresReader, FiguresUpkeep, FiguresQueries, ObservationsRepository],
    ...[AuditEraser, AuditProjection, AuditReader, AuditQueries, OperatorActs],
  ],
})
export class AnalyticsModule implements OnApplicationBootstrap {
  constructor(
    private readonly runner: ProjectionRunner,
    private readonly figures: FiguresProjection,
    private readonly audit: AuditProjection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([this.runner.run(this.figures), this.runner.run(this.audit)]);
  }
}
