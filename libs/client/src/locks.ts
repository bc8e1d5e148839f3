/** Runs one at a time by name. */
export type RunLocked = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

interface WebLocks {
  request<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

/** One at a time within this process. */
export function processLocks(): RunLocked {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const turn = (tails.get(name) ?? Promise.resolve()).then(work);
    const tail = turn.then(
      () => undefined,
      () => undefined,
    );
    tails.set(name, tail);
    void tail.then(() => tails.get(name) === tail && tails.delete(name));
    return turn;
  };
}

const sharedByClients = processLocks();

/** One at a time in all tabs of the origin (Web Locks) where there is such a thing, else within this process. */
export function availableLocks(): RunLocked {
  const { navigator } = globalThis as unknown as { navigator?: { locks?: WebLocks } };
  const locks = navigator?.locks;
  return locks === undefined ? sharedByClients : (name, work) => locks.request(name, work);
}
