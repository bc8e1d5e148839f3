interface Waiting<Answer> {
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Questions under way: what is asked for meanwhile goes into the next. */
const AT_ONCE = 2;

/** Puts what many ask for at a time into few questions: a single one is put at once, and the longer an answer takes, the more the next question asks for. */
export class Gatherer<Key, Answer> {
  private readonly waiting = new Map<Key, Waiting<Answer>[]>();
  private underWay = 0;
  private isDue = false;

  /** `ask` gets at most so many keys, and answers for those that it has an answer for. */
  constructor(
    private readonly ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>,
    private readonly mostKeys = 500,
  ) {}

  /** The answer for one key; undefined where there is none. Rejects as `ask` does. */
  async load(key: Key): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      const others = this.waiting.get(key);
      if (others === undefined) this.waiting.set(key, [{ resolve, reject }]);
      else others.push({ resolve, reject });
      this.askSoon();
    });
  }

  /** With everything that is asked for in this turn of the event loop. */
  private askSoon(): void {
    if (this.isDue || this.underWay === AT_ONCE || this.waiting.size === 0) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.underWay += 1;
      void this.answer(this.take()).finally(() => {
        this.underWay -= 1;
        this.askSoon();
      });
      this.askSoon();
    });
  }

  private take(): Map<Key, Waiting<Answer>[]> {
    const taken = new Map<Key, Waiting<Answer>[]>();
    for (const [key, callers] of this.waiting) {
      if (taken.size === this.mostKeys) break;
      taken.set(key, callers);
      this.waiting.delete(key);
    }
    return taken;
  }

  /** Never rejects: each caller is told. */
  private async answer(asked: ReadonlyMap<Key, Waiting<Answer>[]>): Promise<void> {
    try {
      const found = await this.ask([...asked.keys()]);
      for (const [key, callers] of asked) for (const { resolve } of callers) resolve(found.get(key));
    } catch (error) {
      for (const callers of asked.values()) for (const { reject } of callers) reject(error);
    }
  }
}
