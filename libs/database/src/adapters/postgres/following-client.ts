import { Client, type ClientConfig } from 'pg';
import { type PrimaryFinder } from './primary-finder';

/** A connection to the primary that was known when it was opened. */
export interface FollowingClient extends Client {
  /** Another host has become the primary since. */
  readonly isStale: boolean;
}

/**
 * A client class for a pool: each new connection goes to the last known primary, and those to an earlier one are cut when it changes, whatever
 * they are doing: a commit on a paused host would otherwise be waited for until it wakes. Its outcome is unknown then (P7).
 */
export function followingClient(finder: PrimaryFinder): new (config?: ClientConfig) => FollowingClient {
  return class extends Client implements FollowingClient {
    private readonly connectedUrl: string;
    private isConnected = false;

    constructor(config?: ClientConfig) {
      const { url } = finder;
      super({ ...config, connectionString: url });
      this.connectedUrl = url;
      const stopListening = finder.onMoved(() => this.cut());
      this.once('connect', () => (this.isConnected = true));
      this.once('end', stopListening);
    }

    get isStale(): boolean {
      return this.connectedUrl !== finder.url;
    }

    private cut(): void {
      if (this.isConnected) void this.end().catch(() => undefined);
      // Whoever waits for a connection hears of an error alone: one that is ended while it is made is never heard of again.
      else this.connection.stream.destroy(new Error('Another host has become the primary.'));
    }
  };
}
