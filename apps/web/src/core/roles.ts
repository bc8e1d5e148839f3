import { useEffect } from 'react';
import { client, useConnection, useMyId } from './client';
import { Store, useStore } from './store';

interface Known {
  readonly userId: string;
  readonly roles: readonly string[];
}

const known = new Store<Known | undefined>(undefined);
let asking: string | undefined;

/** What somebody may do is asked once a sign-in; without an answer again when the connection has changed. */
async function ask(userId: string): Promise<void> {
  if (userId === '' || asking === userId) return;
  asking = userId;
  try {
    const me = await client.users.me();
    known.set({ userId: me.userId, roles: me.roles });
  } catch {
    asking = undefined;
  }
}

/** Whether the signed-in person is an operator of the server. */
export function useIsOperator(): boolean {
  const userId = useMyId();
  const me = useStore(known);
  const { state } = useConnection();
  useEffect(() => void ask(userId), [userId, state]);
  return me?.userId === userId && me.roles.includes('operator');
}
