import { Client } from 'pg';
import { toDatabaseError } from './error-translation';
import { hostUrls } from './host-urls';

export interface PrimaryFinderOptions {
  /** May list several hosts. */
  readonly url: string;
  /** How long one host may take to answer. */
  readonly answerTimeoutMs?: number;
}

type MoveListener = (url: string) => void;

interface HostState {
  readonly url: string;
  /** Undefined on a standby, and where nothing can be asked. */
  readonly timeline: number | undefined;
}

type Primary = HostState & { readonly timeline: number };

/** While one host stands still, the others are asked again this often. */
const ANSWER_TIMEOUT_MS = 1_000;

// pg_walfile_name begins with the timeline, and unlike the control file shows a promotion at once.
const ASK = `SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS timeline`;

/**
 * Which of several hosts is the primary: of those that call themselves writable, the one with the highest timeline (P28), so that
 * an old primary that comes back is not believed. A single host is taken as it is: whatever stands behind it decides.
 */
export class PrimaryFinder {
  private readonly urls: readonly string[];
  private currentUrl: string;
  /** Of the last known primary; undefined before the first one was found. */
  private timeline: number | undefined;
  private looking: Promise<void> | undefined;
  private readonly listeners = new Set<MoveListener>();

  constructor(private readonly options: PrimaryFinderOptions) {
    this.urls = hostUrls(options.url);
    this.currentUrl = this.urls[0] ?? options.url;
  }

  /** Whether there is another host to turn to. */
  get hasChoice(): boolean {
    return this.urls.length > 1;
  }

  /** The last known primary. */
  get url(): string {
    return this.currentUrl;
  }

  /** Calls back when another host is the primary: connections to the one before are worth nothing. Answers how to stop that. */
  onMoved(listener: MoveListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks every host; keeps the last known primary while none answers. One look at a time. Never rejects. */
  look(): Promise<void> {
    if (!this.hasChoice) return Promise.resolve();
    this.looking ??= this.lookNow().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    const asked = this.urls.map(async (url) => {
      const state = await this.ask(url);
      // A promotion is plain from one answer: nobody waits for a host that stands still.
      if (isPrimary(state) && this.timeline !== undefined && state.timeline > this.timeline) this.follow(state);
      return state;
    });
    const states = await Promise.all(asked);
    const [newest] = states.filter(isPrimary).sort((one, other) => other.timeline - one.timeline);
    if (newest === undefined) return;
    // A primary that has nothing to say now may well be one still: an older one that woke up is not believed meanwhile.
    const isSilent = states[this.urls.indexOf(this.currentUrl)] === undefined;
    if (isSilent && this.timeline !== undefined && newest.timeline < this.timeline) return;
    this.follow(newest);
  }

  private follow({ url, timeline }: Primary): void {
    this.timeline = timeline;
    if (url === this.currentUrl) return;
    this.currentUrl = url;
    for (const listener of this.listeners) listener(url);
  }

  /** Undefined from a host that can't be heard. */
  private async ask(url: string): Promise<HostState | undefined> {
    const timeoutMs = this.options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    const client = new Client({
      connectionString: url,
      application_name: 'agent-chat-primary-finder',
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    // The rejection below tells the same.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ timeline: number | null }>(ASK);
      return { url, timeline: rows[0]?.timeline ?? undefined };
    } catch (error) {
      return isRefusal(error) ? { url, timeline: undefined } : undefined;
    } finally {
      // A paused host doesn't close its side: nobody waits for that.
      void client.end().catch(() => undefined);
    }
  }
}

/** Whether the server said no, or the machine that it has no server. Anything else may be the way there. */
function isRefusal(error: unknown): boolean {
  const isWithoutServer = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNREFUSED';
  return isWithoutServer || toDatabaseError(error).sqlState !== undefined;
}

function isPrimary(state: HostState | undefined): state is Primary {
  return state?.timeline !== undefined;
}
