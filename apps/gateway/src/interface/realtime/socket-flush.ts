/** While events keep coming, what arrives within this time for one socket leaves as one frame; after a pause the first leaves at once. */
const GATHER_MS = 5;
/** How long writing may hold the event loop. */
const SLICE_MS = 10;

/** A socket with events to write. */
interface Waiting {
  flush(): void;
}

/** Has sockets write what they gathered: a frame for each room's events would cost a system call and a parse for each. */
export class SocketFlush {
  private readonly waiting = new Set<Waiting>();
  private isScheduled = false;
  private flushedAtMs = -Infinity;

  add(socket: Waiting): void {
    this.waiting.add(socket);
    if (this.isScheduled) return;
    this.isScheduled = true;
    const restMs = this.flushedAtMs + GATHER_MS - performance.now();
    // The next tick comes when everything that arrived together was handed to its sockets.
    if (restMs <= 0) process.nextTick(() => this.run());
    else setTimeout(() => this.run(), restMs);
  }

  private run(): void {
    const until = performance.now() + SLICE_MS;
    for (const socket of this.waiting) {
      this.waiting.delete(socket);
      socket.flush();
      if (this.waiting.size > 0 && performance.now() >= until) {
        setImmediate(() => this.run());
        return;
      }
    }
    this.isScheduled = false;
    this.flushedAtMs = performance.now();
  }
}
