/** Ends a listener. Calling it again does nothing. */
export type Unsubscribe = () => void;

/** Calls listeners by event name, in the order in which they came. A listener that throws stops neither the others nor the emitter. */
export class Emitter<Events> {
  private readonly listeners = new Map<keyof Events, Set<(body: never) => void>>();

  /** `onFailure` gets what a listener throws. */
  constructor(private readonly onFailure: (error: unknown) => void) {}

  on<Name extends keyof Events>(name: Name, listener: (body: Events[Name]) => void): Unsubscribe {
    // A wrapper of its own, so that the same function may listen twice.
    const own = (body: Events[Name]): void => listener(body);
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(own));
    return () => set.delete(own);
  }

  emit<Name extends keyof Events>(name: Name, body: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])] as ((body: Events[Name]) => void)[]) {
      try {
        listener(body);
      } catch (error) {
        this.onFailure(error);
      }
    }
  }
}
