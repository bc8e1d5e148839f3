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

/** The global roles of the signed-in person; undefined until they are known. */
export function useRoles(): readonly string[] | undefined {
  const userId = useMyId();
  const { state } = useConnection();
  const me = useStore(known);
  useEffect(() => void ask(userId), [userId, state]);
  return me?.userId === userId ? me.roles : undefined;
}

/** Whether the signed-in person is known to be an operator of the server. */
export function useIsOperator(): boolean {
  return useRoles()?.includes('operator') === true;
}
