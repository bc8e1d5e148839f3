import { COMMANDS_DEAD_LETTER_TOPIC, COMMANDS_TOPIC, readOrigin } from '@agent-chat/contracts';
import { DatabaseError } from '@agent-chat/database';
import { type EventLog, type StoredRecord } from '@agent-chat/event-log';
import { AppError } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { BatchRows } from '../../infrastructure/write/batch-rows';
import { type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { type DecidedBatch, type Share } from './batch-decider';
import { deadLetters } from './write-metrics';

const MAX_CAUSE_LENGTH = 500;

/** Puts away what can't be decoded (P15) or stored (P16): first a dead letter, then the offset moves, then the sender is told. */
export class PoisonHandler {
  private readonly logger = new Logger(PoisonHandler.name);

  constructor(
    private readonly log: EventLog,
    private readonly progress: ProgressRepository,
  ) {}

  /** Dead-letters a batch's records that are no commands. Rejects if the log doesn't take them. Repeated when the batch is. */
  async putAwayBroken(shares: readonly Share[]): Promise<void> {
    for (const { partition, items } of shares) {
      for (const item of items) {
        // A command of a newer release is no dead letter: its sender tries again (P15).
        if (item.kind !== 'broken' || item.error.code === 'UNAVAILABLE' || item.record.offset <= partition.commandOffset) continue;
        await this.deadLetter(item.record, item.error);
      }
    }
  }

  /** Puts away the one work of a share, whose cause to fail is `error`. Rejects on an outage, having stored at most the dead letter. */
  async putAway({ partition, items }: Share, error: unknown): Promise<DecidedBatch> {
    const batch: DecidedBatch = { rows: new BatchRows(), replies: [] };
    const [item] = items;
    if (item === undefined || item.kind === 'mark') {
      item?.mark.done(new AppError('INTERNAL', { cause: error }));
      return batch;
    }
    const { record } = item;
    await this.deadLetter(record, error);
    const previousOffset = partition.commandOffset;
    const origin = readOrigin(record);
    batch.rows.progress.push({
      partition: partition.partition,
      fence: partition.fence,
      previous_offset: previousOffset,
      command_offset: record.offset,
      command_request_id: origin?.requestId ?? null,
      command_appended_ms: record.appendedAtMs,
      position: partition.position,
      published_position: partition.publishedPosition,
      last_at: new Date(partition.lastAtMs).toISOString(),
    });
    await this.progress.commit(batch.rows);
    partition.pass(record, origin);
    if (origin !== undefined)
      batch.replies.push({ partition, gatewayId: origin.gatewayId, answer: { requestId: origin.requestId, ok: false, error: told(error).toBody() } });
    return batch;
  }

  private async deadLetter(record: StoredRecord, error: unknown): Promise<void> {
    this.logger.error({ err: error, partition: record.partition, offset: record.offset }, 'A command goes to the dead letters');
    const headers = {
      ...record.headers,
      'x-topic': COMMANDS_TOPIC,
      'x-partition': String(record.partition),
      'x-offset': String(record.offset),
      'x-appended-at': String(record.appendedAtMs),
      'x-error': causeOf(error).slice(0, MAX_CAUSE_LENGTH),
    };
    await this.log.append(COMMANDS_DEAD_LETTER_TOPIC, [{ key: record.key, value: record.value, headers }]);
    deadLetters.inc({ kind: 'command' });
  }
}

/** For operators: also which fields were wrong, and never what was in them. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const fields = error instanceof AppError ? (error.errors ?? []).map(({ path, message }) => `${path}: ${message}`) : [];
  return [error.message, ...fields].join('; ');
}

function told(error: unknown): AppError {
  if (error instanceof DatabaseError) return new AppError('VALIDATION_FAILED', { detail: 'The database refused the content of this call', cause: error });
  return AppError.from(error);
}
