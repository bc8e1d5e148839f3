/** Lets so many asynchronous steps run at once, the others in the order they came. */
export class StepLimit {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async run<Result>(step: () => Promise<Result>): Promise<Result> {
    if (this.running >= this.most) await new Promise<void>((resolve) => this.queue.push(resolve));
    else this.running += 1;
    try {
      return await step();
    } finally {
      // Whoever waits takes over this place, so the count stays.
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
