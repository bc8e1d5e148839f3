/** What the log tells whoever counts and logs. None of these may throw. */
export interface KafkaHooks {
  /** One request to a broker was answered: how much it held and how long it took. */
  readonly onProduced?: (request: { readonly records: number; readonly bytes: number; readonly latencyMs: number }) => void;
  /** How many records of a partition a group has yet to be handed, seen at each fetch. */
  readonly onLag?: (lag: { readonly topic: string; readonly group: string; readonly partition: number; readonly records: number }) => void;
  /** A member got another set of partitions. */
  readonly onRebalance?: (change: { readonly topic: string; readonly group: string; readonly assigned: readonly number[] }) => void;
  /** Something failed that is tried again, or that only a person can mend. */
  readonly onError?: (error: unknown, doing: string) => void;
}
