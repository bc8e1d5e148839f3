interface Placed {
  /** An instant as Postgres writes it: such texts sort as their instants do. */
  readonly place: string;
  readonly message_id: string;
}

/** Sorts rows of several databases as each has sorted its own. */
export function newestFirst(one: Placed, other: Placed): number {
  const [a, b] = [one.place + one.message_id, other.place + other.message_id];
  return a < b ? 1 : -Number(a > b);
}
