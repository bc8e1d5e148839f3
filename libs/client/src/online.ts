import { type Unsubscribe } from './emitter';

interface OnlineEvents {
  addEventListener?(name: 'online', listener: () => void): void;
  removeEventListener?(name: 'online', listener: () => void): void;
}

/** Browsers tell when the network is back. */
export function onOnline(listener: () => void): Unsubscribe {
  const events = globalThis as unknown as OnlineEvents;
  events.addEventListener?.('online', listener);
  return () => events.removeEventListener?.('online', listener);
}
