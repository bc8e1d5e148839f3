import { type Presence } from '@agent-chat/client';
import { useEffect } from 'react';
import { client } from './client';
import { useSelected } from './store';

/** Follows whether these people are there, as long as the component is shown. */
export function useWatched(userIds: readonly string[]): void {
  const joined = [...userIds].sort().join(',');
  useEffect(() => (joined === '' ? undefined : client.presence.watch(joined.split(','))), [joined]);
}

export function usePresence(userId: string): Presence | undefined {
  return useSelected(client.presence, (presences) => presences.get(userId));
}
