/** The whole system as end-to-end tests know it, whichever profile it runs on. */
export interface TestedSystem {
  /** The public door; `otherUrl` is another one, where there are several. */
  readonly url: string;
  readonly otherUrl: string;
  /** Everything that its processes printed since the test began with it. */
  readonly printed: string;
  /** What the process behind `url` holds of the machine's memory, in bytes. */
  readonly residentBytes: number;
  /** The databases that hold rooms, where tests can reach them. */
  readonly roomDatabases: readonly string[];
  /** By which its processes reach their servers, for tests that do, too: of a standalone `DATA_DIR`, and `DATABASE_URL` where it was given one. */
  readonly settings: Readonly<Record<string, string>>;
  /** Lets it drain; resolves with the worst exit code. */
  stop(): Promise<number | null>;
  /** Starts it again on the same data; resolves when it is ready. */
  restart(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** Whom a system belongs to: one that all tests use is neither stopped nor restored by any of them. */
export type Ownership = 'shared' | 'own';
