import { type HistoryPage, type QueryInput } from '@agent-chat/contracts';
import { type Database } from '@agent-chat/database';
import { KeptMessages } from '../../apps/chat/src/application/read/kept-messages';
import { HistoryReader } from '../../apps/chat/src/infrastructure/read/history.reader';
import { RoomChangesReader } from '../../apps/chat/src/infrastructure/read/room-changes.reader';
import { RoomLooks } from '../../apps/chat/src/infrastructure/read/room-looks';

/** Asks for pages of history, of a process that keeps so many bytes of messages. */
export type AskHistory = (input: QueryInput<'room.history'>) => Promise<HistoryPage>;

export function openHistory(database: Database, keepBytes: number): AskHistory {
  const kept = new KeptMessages(keepBytes);
  const reader = new HistoryReader(database, kept, new RoomLooks(database), new RoomChangesReader(database, kept));
  return async (input) => JSON.parse((await reader.history(input)).text) as HistoryPage;
}
