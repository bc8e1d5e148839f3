import { OperatorActs } from '@agent-chat/audit';
import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { whileReachable } from '@agent-chat/database';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditEraser } from '../infrastructure/audit-eraser';
import { AuditReader } from '../infrastructure/audit.reader';

/** Answers questions about the audit trail. */
@Injectable()
export class AuditQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly reader: AuditReader,
    private readonly eraser: AuditEraser,
    private readonly acts: OperatorActs,
  ) {}

  onModuleInit(): void {
    const { bus, reader, eraser } = this;
    bus.answer('audit.list', (input) => whileReachable(reader.list(input)));
    bus.answer('audit.export', (input) => whileReachable(this.beginExport(input)));
    bus.answer('audit.records', async (input) => ({ records: await whileReachable(reader.records(input)) }));
    bus.answer('audit.erase', async (input) => ({ entries: await whileReachable(eraser.erase(input)) }));
  }

  private async beginExport({ actorId }: QueryInput<'audit.export'>): Promise<QueryAnswer<'audit.export'>> {
    await this.acts.note({ type: 'audit.export', actorId });
    return { heads: await this.reader.heads() };
  }
}
