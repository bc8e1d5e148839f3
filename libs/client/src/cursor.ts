/** "Everything in this room up to and including `seq` of this `epoch` has been seen." */
export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
}

/** `"1.41"` as `{ epoch: 1, seq: 41 }`. Throws `TypeError` for anything else. */
export function parseCursor(text: string): Cursor {
  const match = /^(\d+)\.(\d+)$/.exec(text);
  if (match === null) throw new TypeError(`Not a cursor: ${text}`);
  return { epoch: Number(match[1]), seq: Number(match[2]) };
}

/** `{ epoch: 1, seq: 41 }` as `"1.41"`. */
export function formatCursor({ epoch, seq }: Cursor): string {
  return `${epoch}.${seq}`;
}
