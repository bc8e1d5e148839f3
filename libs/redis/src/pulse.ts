import { type Redis } from 'ioredis';

/** Asks the servers each second and tells which of them did not answer in time. */
export class Pulse {
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly nodes: () => readonly Redis[],
    private readonly timeoutMs: number,
    private readonly onSilent: (node: Redis) => void,
    intervalMs = 1_000,
  ) {
    this.timer = setInterval(() => {
      for (const node of this.nodes()) if (node.status === 'ready') this.feel(node);
    }, intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private feel(node: Redis): void {
    const silent = setTimeout(() => {
      if (node.status === 'ready') this.onSilent(node);
    }, this.timeoutMs).unref();
    const settled = (): void => clearTimeout(silent);
    // A ping that fails some other way shows in the state of the connection, or is another command's matter.
    node.ping().then(settled, (error: unknown) => {
      if (!(error instanceof Error && error.message === 'Command timed out')) settled();
    });
  }
}
