import { createClient, memoryStorage, webStorage, type ClientStorage, type ConnectionStatus, type SessionEnd, type User } from '@agent-chat/client';
import { forgetKept, offlineStorage } from './offline-storage';
import { Store, useStore } from './store';

/** Messages that a room's timeline keeps in memory. */
const MAX_MESSAGES = 4_000;

function availableStorage(): ClientStorage {
  try {
    return webStorage(window.localStorage);
  } catch {
    // A browser that forbids storage still chats; it just doesn't stay signed in.
    return memoryStorage();
  }
}

export const client = createClient({ url: window.location.origin, storage: availableStorage(), offlineStorage, maxMessages: MAX_MESSAGES });

const users = new Store<User | undefined>(undefined);
const sessionEnd = new Store<SessionEnd | undefined>(undefined);
const connection = new Store<ConnectionStatus>({ state: 'offline' });
const network = new Store(navigator.onLine);

client.on('session', ({ user, end }) => {
  users.set(user);
  sessionEnd.set(end);
  if (end !== undefined) void forgetKept();
});
client.on('state', (status) => connection.set(status));
for (const change of ['online', 'offline']) window.addEventListener(change, () => network.set(navigator.onLine));

/** Replaces the profile that the session was opened with, after a change of it. */
export function profileChanged(user: User): void {
  users.set(user);
}

/** Who is signed in. */
export function useUser(): User | undefined {
  return useStore(users);
}

/** Why nobody is signed in any more; undefined where nobody was. */
export function useSessionEnd(): SessionEnd | undefined {
  return useStore(sessionEnd);
}

/** The id of who is signed in; empty where nobody is. */
export function useMyId(): string {
  return useUser()?.userId ?? '';
}

export function useConnection(): ConnectionStatus {
  return useStore(connection);
}

/** Whether the browser has a network. */
export function useOnline(): boolean {
  return useStore(network);
}

/** Whether what is done now gets through; a network that is gone is known sooner than that the connection is. */
export function useIsConnected(): boolean {
  const isOnline = useOnline();
  return useConnection().state === 'connected' && isOnline;
}

export function useRoomList(): ReturnType<typeof client.roomList.getSnapshot> {
  return useStore(client.roomList);
}
