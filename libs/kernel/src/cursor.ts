/** "Everything in this room up to and including `seq` of this `epoch` has been seen." `seq` 0 is the beginning. */
export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
}

const CURSOR = /^([1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/;

/** `{ epoch: 1, seq: 41 }` as `"1.41"`. */
export function formatCursor(cursor: Cursor): string {
  return `${String(cursor.epoch)}.${String(cursor.seq)}`;
}

/** The cursor a text stands for, or `undefined` if it is not one. */
export function parseCursor(text: string): Cursor | undefined {
  const match = CURSOR.exec(text);
  return match ? { epoch: Number(match[1]), seq: Number(match[2]) } : undefined;
}
