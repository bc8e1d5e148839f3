import { COMMANDS_TOPIC, encodeCommand, type Command } from '@agent-chat/contracts';
import { type EventLog, type LogRecord } from '@agent-chat/event-log';

/** What is waiting goes out at once when the process has a moment, in batches of at most this many. */
const MAX_BATCH = 200;
const MAX_BATCH_BYTES = 256 * 1_024;

interface Waiting {
  readonly record: LogRecord;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Appends commands in batches of what is waiting, in the order of the calls. */
export class CommandBatcher {
  private waiting: Waiting[] = [];
  private scheduled = false;

  constructor(private readonly log: EventLog) {}

  /** Bounded by the calls that may be open at once. Resolves with the command's offset. Rejects with LOG_UNAVAILABLE (not written) or LOG_UNCERTAIN. */
  append(command: Command): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ record: encodeCommand(command), resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    });
  }

  private flush(): void {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, batchSize(this.waiting));
      this.log
        .append(
          COMMANDS_TOPIC,
          batch.map(({ record }) => record),
        )
        .then(
          (positions) => {
            batch.forEach(({ resolve }, index) => {
              resolve(positions[index]?.offset ?? -1);
            });
          },
          (error: unknown) => {
            for (const { reject } of batch) reject(error);
          },
        );
    }
  }
}

/** How many of the first fit into one append; the first always does. */
function batchSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const size = waiting.slice(0, MAX_BATCH).findIndex(({ record }, index) => {
    bytes += Buffer.byteLength(record.value);
    return bytes > MAX_BATCH_BYTES && index > 0;
  });
  return size < 0 ? MAX_BATCH : size;
}
