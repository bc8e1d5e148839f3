import { type Room, type RoomNotify } from '@agent-chat/client';
import { client } from './client';
import { Store, useSelected } from './store';

const chosen = new Store<ReadonlyMap<string, RoomNotify>>(new Map());

/** Of which messages the person is told where they have chosen nothing. */
export function defaultNotify(kind: Room['kind']): RoomNotify {
  return kind === 'direct' ? 'all' : 'mentions';
}

/** Reads what was chosen, here or on another device. What is known stays where that fails. */
export async function loadPreferences(): Promise<void> {
  const preferences = await client.rooms.preferences().catch(() => undefined);
  if (preferences === undefined) return;
  chosen.set(new Map(preferences.flatMap(({ roomId, notify }) => (notify === null ? [] : [[roomId, notify] as const]))));
}

/** Rejects where it can't be stored; the choice stays as it was then. */
export async function chooseNotify(roomId: string, notify: RoomNotify | null): Promise<void> {
  await client.rooms.choosePreference(roomId, notify);
  const next = new Map(chosen.getSnapshot());
  if (notify === null) next.delete(roomId);
  else next.set(roomId, notify);
  chosen.set(next);
}

/** What holds for a room now. */
export function notifyOf({ roomId, kind }: Room): RoomNotify {
  return chosen.getSnapshot().get(roomId) ?? defaultNotify(kind);
}

/** What was chosen for a room; undefined is the default. */
export function useChosenNotify(roomId: string): RoomNotify | undefined {
  return useSelected(chosen, (all) => all.get(roomId));
}

export function forgetPreferences(): void {
  chosen.set(new Map());
}
