import { type Cursor, type RoomId } from '@agent-chat/kernel';

/** The longest id of an event stream, as promised. */
export const MAX_POSITION_CHARS = 1_024;
const VERSION = 1;
const MAX_BYTES = Math.floor((MAX_POSITION_CHARS * 3) / 4);
const TAIL_BYTES = 4;
/** An entry can't be longer: a room's tail, and two varints of what fits into a safe integer. */
const MAX_ENTRY_BYTES = TAIL_BYTES + 8 + 8;
/** So many rooms fit whatever their cursors are. */
export const MAX_ROOMS_PER_STREAM = Math.floor((MAX_BYTES - 1) / MAX_ENTRY_BYTES);

/**
 * Where an event stream stands in each of its rooms, as the opaque id of its events: a version, then for each room the last four bytes of its
 * id (which are random in every id that we make), epoch and seq. A room that isn't in it, or not for certain, has no position: never a guess.
 */
export class StreamPosition {
  private constructor(private readonly cursors: ReadonlyMap<number, Cursor>) {}

  /** The cursor of a room, or undefined where the position says nothing about it. */
  of(roomId: RoomId): Cursor | undefined {
    return this.cursors.get(tailOf(roomId));
  }

  /** As many rooms as fit, in the order given. */
  static encode(cursors: Iterable<readonly [RoomId, Cursor]>): string {
    const bytes: number[] = [VERSION];
    for (const [roomId, { epoch, seq }] of cursors) {
      const entry = [...tailBytes(roomId), ...varint(epoch), ...varint(seq)];
      if (bytes.length + entry.length > MAX_BYTES) break;
      bytes.push(...entry);
    }
    return Buffer.from(bytes).toString('base64url');
  }

  /** The position that a text stands for, or undefined if it is none. */
  static decode(text: string): StreamPosition | undefined {
    if (text.length > MAX_POSITION_CHARS || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    if (bytes[0] !== VERSION) return undefined;
    const cursors = new Map<number, Cursor>();
    const ambiguous = new Set<number>();
    for (let at = 1; at < bytes.length;) {
      const entry = readEntry(bytes, at);
      if (entry === undefined) return undefined;
      if (cursors.has(entry.tail)) ambiguous.add(entry.tail);
      cursors.set(entry.tail, entry.cursor);
      at = entry.next;
    }
    for (const tail of ambiguous) cursors.delete(tail);
    return new StreamPosition(cursors);
  }
}

function readEntry(bytes: Buffer, at: number): { readonly tail: number; readonly cursor: Cursor; readonly next: number } | undefined {
  if (at + TAIL_BYTES > bytes.length) return undefined;
  const epoch = readVarint(bytes, at + TAIL_BYTES);
  const seq = epoch && readVarint(bytes, epoch.next);
  if (epoch === undefined || seq === undefined) return undefined;
  return { tail: bytes.readUInt32BE(at), cursor: { epoch: epoch.value, seq: seq.value }, next: seq.next };
}

function tailBytes(roomId: RoomId): Buffer {
  return Buffer.from(roomId.slice(-TAIL_BYTES * 2), 'hex');
}

function tailOf(roomId: RoomId): number {
  return tailBytes(roomId).readUInt32BE();
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function readVarint(bytes: Buffer, from: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  let unit = 1;
  for (let at = from; at < bytes.length && at < from + 8; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * unit;
    if (byte < 128) return Number.isSafeInteger(value) ? { value, next: at + 1 } : undefined;
    unit *= 128;
  }
  return undefined;
}
