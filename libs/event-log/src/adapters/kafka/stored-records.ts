import { type StoredRecord } from '../../event-log.port';
import { type FetchedMessage } from './kafkajs-types';

/** What was fetched, as records, from an offset on: a broker answers with whole compressed batches, which may begin before it. */
export function storedRecords(partition: number, messages: readonly FetchedMessage[], fromOffset: number): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (const { offset: text, timestamp, key, value, headers } of messages) {
    const offset = Number(text);
    if (offset < fromOffset) continue;
    records.push({
      key: key?.toString() ?? '',
      value: value?.toString() ?? '',
      headers: textOf(headers),
      partition,
      offset,
      appendedAtMs: Number(timestamp),
    });
  }
  return records;
}

function textOf(headers: FetchedMessage['headers']): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) texts[name] = (Buffer.isBuffer(value) ? value : value.at(-1))?.toString() ?? '';
  return texts;
}
