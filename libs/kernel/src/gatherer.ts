interface Waiting<Answer> {
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what is asked for in one turn of the event loop into one question. */
export class Gatherer<Key, Answer> {
  private readonly waiting = new Map<Key, Waiting<Answer>[]>();

  /** `ask` answers for the keys that it has an answer for. */
  constructor(private readonly ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>) {}

  /** The answer for one key; undefined where there is none. Rejects as `ask` does. */
  async load(key: Key): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      // Flushed after the caches have answered for other keys.
      if (this.waiting.size === 0) setImmediate(() => void this.flush());
      const others = this.waiting.get(key);
      if (others === undefined) this.waiting.set(key, [{ resolve, reject }]);
      else others.push({ resolve, reject });
    });
  }

  // Never rejects: each caller is told.
  private async flush(): Promise<void> {
    const batch = new Map(this.waiting);
    this.waiting.clear();
    try {
      const found = await this.ask([...batch.keys()]);
      for (const [key, callers] of batch) for (const { resolve } of callers) resolve(found.get(key));
    } catch (error) {
      for (const callers of batch.values()) for (const { reject } of callers) reject(error);
    }
  }
}
