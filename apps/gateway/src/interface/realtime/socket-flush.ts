/** What comes for a socket within this time of its last frame leaves with the next one; after a pause the first leaves at once. */
const GATHER_MS = 15;
/** How long writing may hold the event loop. */
const SLICE_MS = 10;

/** A socket with something to write. */
interface Waiting {
  /** When it last wrote, by `performance.now()`. */
  flushedAtMs: number;
  flush(): void;
}

/** Has sockets write what they gathered: a frame for each room's events would cost a system call and a parse for each. */
export class SocketFlush {
  private readonly due = new Set<Waiting>();
  private readonly gathering = new Set<Waiting>();
  private isRunning = false;

  add(socket: Waiting): void {
    if (performance.now() - socket.flushedAtMs < GATHER_MS) {
      if (this.gathering.size === 0) setTimeout(() => this.ripen(), GATHER_MS);
      this.gathering.add(socket);
      return;
    }
    this.addNext(socket);
  }

  /** However lately it wrote. */
  addNext(socket: Waiting): void {
    this.due.add(socket);
    if (this.isRunning) return;
    this.isRunning = true;
    // The next tick comes when everything that arrived together was handed to its sockets.
    process.nextTick(() => this.run());
  }

  private ripen(): void {
    for (const socket of this.gathering) this.due.add(socket);
    this.gathering.clear();
    if (!this.isRunning) this.run();
  }

  private run(): void {
    this.isRunning = true;
    const until = performance.now() + SLICE_MS;
    for (const socket of this.due) {
      this.due.delete(socket);
      socket.flush();
      const nowMs = performance.now();
      socket.flushedAtMs = nowMs;
      if (this.due.size > 0 && nowMs >= until) {
        setImmediate(() => this.run());
        return;
      }
    }
    this.isRunning = false;
  }
}
