/** What a benchmark puts under load: where its doors are, and which processes work for it. */
export interface SystemUnderLoad {
  /** Each user is connected to one of them. */
  readonly urls: readonly string[];
  /** Processes whose CPU is told apart, by what they are; each counts with its living children. */
  readonly parts: Readonly<Record<string, readonly number[]>>;
  /** Each of its database servers, by a URL of the database `postgres`. */
  readonly databaseServers: readonly string[];
  /** Where its other servers are, as the environment of its processes says. */
  readonly settings: Readonly<Record<string, string>>;
  /** What its processes printed since they were ready. */
  readonly printed: string;
  remove(): Promise<void>;
}
