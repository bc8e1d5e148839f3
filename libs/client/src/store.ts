import { type Unsubscribe } from './emitter';

/** An immutable value that changes over time, in the shape that `useSyncExternalStore` and its like take. */
export interface ReadableStore<Value> {
  /** The value now; the same object until it changes. */
  readonly getSnapshot: () => Value;
  /** Calls the listener after each change. */
  readonly subscribe: (listener: () => void) => Unsubscribe;
}

/** A `ReadableStore` that its owner writes. */
export class Store<Value> implements ReadableStore<Value> {
  private readonly listeners = new Set<() => void>();

  constructor(
    private value: Value,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  readonly getSnapshot = (): Value => this.value;

  readonly subscribe = (listener: () => void): Unsubscribe => {
    const own = (): void => listener();
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  };

  set(value: Value): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch (error) {
        this.onFailure(error);
      }
    }
  }
}
