import { useEffect, useState, type ReactNode } from 'react';
import { client, useUser } from '../../core/client';
import { people } from '../../core/people';
import { toastError } from '../../core/toasts';
import { t } from '../../core/translate';
import { ConfirmHost } from '../../ui/confirm';
import { lazyPart } from '../../ui/lazy-part';
import { LoadingState } from '../../ui/states';
import { ToastRegion } from '../../ui/toast-region';
import { SignIn } from '../sign-in/sign-in';

/** Nobody who has to log in first waits for it. */
const Shell = lazyPart(async () => (await import('./shell')).Shell);

/** Reads the stored session once. */
let restoring: Promise<unknown> | undefined;

function useRestored(): boolean {
  const [isRestored, setRestored] = useState(false);
  useEffect(() => {
    restoring ??= client.ready().catch(toastError);
    void restoring.then(() => setRestored(true));
  }, []);
  return isRestored;
}

/** Goes live for whoever is signed in; the connection comes back by itself from then on. */
function useLive(userId: string | undefined): void {
  useEffect(() => {
    if (userId === undefined) return;
    client.connect().catch((error: unknown) => {
      // A session that has ended shows the log-in, which says enough.
      if (client.user !== undefined) toastError(error);
    });
  }, [userId]);
}

export function App(): ReactNode {
  const isRestored = useRestored();
  const user = useUser();
  useLive(user?.userId);
  useEffect(() => {
    if (user !== undefined) people.know([user]);
  }, [user]);
  return (
    <>
      {!isRestored && <LoadingState label={t('Opening')} />}
      {isRestored && (user === undefined ? <SignIn /> : <Shell key={user.userId} />)}
      <ConfirmHost />
      <ToastRegion />
    </>
  );
}
