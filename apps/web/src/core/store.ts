import { useSyncExternalStore } from 'react';

/** What `useStore` reads: the SDK's stores have this shape too. */
export interface Readable<Value> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => Value;
}

/** A value that several parts of the page follow. */
export class Store<Value> implements Readable<Value> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: Value) {}

  readonly getSnapshot = (): Value => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: Value): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }

  update(change: (value: Value) => Value): void {
    this.set(change(this.value));
  }
}

export function useStore<Value>(store: Readable<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}

/** Follows a part of a store: renders again when the chosen part is another. */
export function useSelected<Value, Part>(store: Readable<Value>, select: (value: Value) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}
