import { useCallback, useEffect, useState } from 'react';
import { client } from '../../core/client';

interface Listing<Item> {
  readonly items: readonly Item[];
  readonly error: unknown;
  readonly reload: () => void;
}

/** A short list that is read again when the room's events of that kind come. */
export function useListing<Item>(roomId: string, read: (roomId: string) => Promise<readonly Item[]>, eventTypes: ReadonlySet<string>): Listing<Item> {
  const [items, setItems] = useState<readonly Item[]>([]);
  const [error, setError] = useState<unknown>();
  const reload = useCallback(() => {
    read(roomId).then((found) => {
      setItems(found);
      setError(undefined);
    }, setError);
  }, [roomId, read]);
  useEffect(reload, [reload]);
  useEffect(
    () =>
      client.on('event', (event) => {
        if (event.roomId === roomId && eventTypes.has(event.type)) reload();
      }),
    [roomId, eventTypes, reload],
  );
  return { items, error, reload };
}
