/** How many rows were removed. */
export interface Purged {
  readonly sessions: number;
  readonly tokens: number;
}

/** Removes sessions over for a day, and tokens that were used so long ago that they would have lapsed by now anyway. */
export abstract class SessionPurge {
  /** Safe to repeat and to interrupt. Rejects with UNAVAILABLE. */
  abstract run(): Promise<Purged>;
}
