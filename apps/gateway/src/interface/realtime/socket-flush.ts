/** What comes for a socket within this time of its last frame leaves with the next one; after a pause the first leaves at once. */
const GATHER_MS = 15;
/** How long writing may hold the event loop, and after how many sockets that is looked at. */
const SLICE_MS = 10;
const SOCKETS_A_LOOK = 8;

/** A socket with events to write. */
interface Waiting {
  /** When events were last written, by `performance.now()`. */
  flushedAtMs: number;
  flush(): void;
}

/** Has sockets write what they gathered: a frame for each room's events would cost a system call and a parse for each. */
export class SocketFlush {
  /** In the order in which they came; some have been flushed since, by what could not wait. */
  private due: Waiting[] = [];
  private gathering: Waiting[] = [];
  private isRunning = false;

  /** Has a socket flush that has something to write now and had nothing before. */
  add(socket: Waiting): void {
    if (performance.now() - socket.flushedAtMs < GATHER_MS) {
      if (this.gathering.length === 0) setTimeout(() => this.ripen(), GATHER_MS);
      this.gathering.push(socket);
      return;
    }
    this.due.push(socket);
    if (this.isRunning) return;
    this.isRunning = true;
    // The next tick comes when everything that arrived together was handed to its sockets.
    process.nextTick(() => this.run());
  }

  private ripen(): void {
    this.due = this.due.concat(this.gathering);
    this.gathering = [];
    if (!this.isRunning) this.run();
  }

  private run(): void {
    this.isRunning = true;
    const due = this.due;
    this.due = [];
    let nowMs = performance.now();
    const until = nowMs + SLICE_MS;
    for (const [index, socket] of due.entries()) {
      if (index % SOCKETS_A_LOOK === SOCKETS_A_LOOK - 1) nowMs = performance.now();
      if (nowMs >= until) return this.goOnLater(due.slice(index));
      socket.flush();
      socket.flushedAtMs = nowMs;
    }
    if (this.due.length > 0) return this.goOnLater([]);
    this.isRunning = false;
  }

  private goOnLater(rest: Waiting[]): void {
    this.due = rest.concat(this.due);
    setImmediate(() => this.run());
  }
}
