/** What comes for a socket within this time of its last frame leaves with the next one; after a pause the first leaves at once. */
const GATHER_MS = 15;
/** How long writing may hold the event loop, and after how many sockets that is looked at. */
const SLICE_MS = 10;
const SOCKETS_A_LOOK = 8;

/** A socket with something to write. */
interface Waiting {
  /** When it last wrote, by `performance.now()`. */
  flushedAtMs: number;
  /** Whether it writes next. */
  isDue: boolean;
  flush(): void;
}

/** Has sockets write what they gathered: a frame for each room's events would cost a system call and a parse for each. */
export class SocketFlush {
  private due: Waiting[] = [];
  /** Some have written since, with what could not wait. */
  private gathering: Waiting[] = [];
  private isRunning = false;

  /** Of a socket that has something to write now and had nothing before. */
  add(socket: Waiting): void {
    if (performance.now() - socket.flushedAtMs < GATHER_MS) {
      if (this.gathering.length === 0) setTimeout(() => this.ripen(), GATHER_MS);
      this.gathering.push(socket);
      return;
    }
    this.addNext(socket);
  }

  /** However lately it wrote. */
  addNext(socket: Waiting): void {
    if (socket.isDue) return;
    socket.isDue = true;
    this.due.push(socket);
    if (this.isRunning) return;
    this.isRunning = true;
    // The next tick comes when everything that arrived together was handed to its sockets.
    process.nextTick(() => this.run());
  }

  private ripen(): void {
    const ripe = this.gathering;
    this.gathering = [];
    for (const socket of ripe) this.addNext(socket);
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
      socket.isDue = false;
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
