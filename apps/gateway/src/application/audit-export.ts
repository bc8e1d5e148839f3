import { type AuditRecord, MAX_AUDIT_RECORDS } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';

const RECORDS_TIMEOUT_MS = 15_000;

/** Where a chain ended when the export began. */
interface Head {
  readonly chain: number;
  readonly links: number;
  readonly hash: string;
}

/** The whole audit trail, line by line, with all that its verification takes. */
@Injectable()
export class AuditExport {
  constructor(private readonly queries: QueryBus) {}

  /** Resolves once the export is noted. Whoever exports then takes the lines, JSON with a line feed each, at their own pace; the last one says where every chain ended. */
  async begin(actorId: UserId): Promise<AsyncGenerator<string>> {
    const { heads } = await this.queries.ask('audit.export', { actorId }, { timeoutMs: RECORDS_TIMEOUT_MS });
    return this.lines(heads);
  }

  private async *lines(heads: readonly Head[]): AsyncGenerator<string> {
    let entries = 0;
    for (const head of heads) {
      for (let link = 0; link < head.links; link += MAX_AUDIT_RECORDS) {
        const records = await this.records(head, link);
        entries += records.length;
        yield records.map((record) => `${JSON.stringify(record)}\n`).join('');
      }
    }
    yield `${JSON.stringify({ end: true, entries, heads })}\n`;
  }

  private async records({ chain, links }: Head, afterLink: number): Promise<readonly AuditRecord[]> {
    const limit = Math.min(MAX_AUDIT_RECORDS, links - afterLink);
    const { records } = await this.queries.ask('audit.records', { chain, afterLink, limit }, { timeoutMs: RECORDS_TIMEOUT_MS });
    // Nothing is to look whole that isn't: whoever verifies it says what is missing.
    if (records.length === 0) throw new AppError('INTERNAL', { detail: `The chain ${chain} has no entries after ${afterLink}` });
    return records;
  }
}
