import { type Message, type RoomEvent } from '@agent-chat/contracts';
import { type HistoryWindow, maxBytesOfHalf } from './history-window';
import { messageAfter } from './message-after';
import { encodeMessage, type PageMessage, toPageMessage } from './page-message';

/** Which state of a room something shows: what a room's messages are follows from these two alone. */
export interface RoomMoment {
  readonly epoch: number;
  readonly head: number;
}

/** Messages that follow each other in a room, oldest first, and what lies around them: the seq of the next message, or `NONE`. */
export interface Stretch extends RoomMoment {
  readonly messages: readonly PageMessage[];
  readonly older: number;
  readonly newer: number;
}

/** There is no message on that side. */
export const NONE = -1;

/** A message and its neighbours: the seq of each, whether that is kept or not, or `NONE`. */
interface Link {
  message: PageMessage;
  older: number;
  newer: number;
}

interface KeptRoom {
  epoch: number;
  head: number;
  /** The last message of the room, or `NONE`; undefined where it isn't known. */
  newest: number | undefined;
  readonly links: Map<number, Link>;
  readonly seqs: Map<string, number>;
  bytes: number;
}

/** No room may take more of the memory than this. */
const LARGEST_SHARE = 0.25;

/**
 * Messages of rooms in this process's heap, up to a number of bytes; rooms that nobody read for the longest are forgotten first. What is kept of
 * a room is exactly what Postgres had at one moment, the one that a page names: whether that is still the present one is for the reader to ask.
 */
export class KeptMessages {
  // A Map keeps the order of insertion: a room that is read is inserted anew.
  private readonly rooms = new Map<string, KeptRoom>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** The page, or undefined unless every message of it is known. */
  page(roomId: string, window: HistoryWindow): Stretch | undefined {
    const room = this.rooms.get(roomId);
    if (room === undefined) return undefined;
    const maxBytes = maxBytesOfHalf(window);
    const older = walk(room, 'older', firstBelow(room, window), window.older, maxBytes)?.reverse();
    const newer = walk(room, 'newer', firstAbove(room, window), window.newer, maxBytes);
    if (older === undefined || newer === undefined) return undefined;
    const links = [...older, ...newer];
    this.rooms.delete(roomId);
    this.rooms.set(roomId, room);
    return {
      epoch: room.epoch,
      head: room.head,
      messages: links.map(({ message }) => message),
      older: links[0]?.older ?? NONE,
      newer: links.at(-1)?.newer ?? NONE,
    };
  }

  /** Keeps what was read, unless something is kept of another moment of the room: that is brought forward by `change`, or forgotten. */
  keep(roomId: string, stretch: Stretch): void {
    if (stretch.messages.length === 0) return;
    const kept = this.rooms.get(roomId);
    if (kept !== undefined && kept.epoch >= stretch.epoch && !isAt(kept, stretch)) return;
    if (kept !== undefined && !isAt(kept, stretch)) this.forget(roomId);
    const room = this.rooms.get(roomId) ?? {
      epoch: stretch.epoch,
      head: stretch.head,
      newest: undefined,
      links: new Map<number, Link>(),
      seqs: new Map<string, number>(),
      bytes: 0,
    };
    this.rooms.set(roomId, room);
    this.join(room, stretch);
    this.makeRoom(roomId, room);
  }

  /**
   * Brings what is kept from one moment to a later one of the same epoch: `changed` are all messages that events between the two concern, as they are at
   * the later one. Does nothing where something is kept of another moment than `from`.
   */
  change(roomId: string, from: RoomMoment, head: number, changed: readonly PageMessage[]): void {
    const room = this.rooms.get(roomId);
    if (room === undefined || !isAt(room, from)) return;
    for (const message of [...changed].sort((one, other) => one.seq - other.seq)) {
      const link = room.links.get(message.seq);
      if (link !== undefined) this.replace(room, link, message);
      else if (message.seq > from.head) this.append(room, message);
    }
    room.head = head;
    this.makeRoom(roomId, room);
  }

  /** Brings what is kept of a room past the event that is its next, once that is stored. What the event alone doesn't tell is left to `change`. */
  follow(event: RoomEvent): void {
    const room = this.rooms.get(event.roomId);
    if (room?.epoch !== event.epoch || room.head !== event.seq - 1) return;
    const changed = changedBy(room, event);
    if (changed !== undefined) this.change(event.roomId, { epoch: room.epoch, head: room.head }, event.seq, changed);
  }

  forget(roomId: string): void {
    this.bytes -= this.rooms.get(roomId)?.bytes ?? 0;
    this.rooms.delete(roomId);
  }

  private join(room: KeptRoom, { messages, older, newer }: Stretch): void {
    messages.forEach((message, at) => {
      if (!room.links.has(message.seq)) this.add(room, { message, older: messages[at - 1]?.seq ?? older, newer: messages[at + 1]?.seq ?? newer });
    });
    if (newer === NONE) room.newest = messages.at(-1)?.seq;
  }

  /** What was posted can be reached only from the message before it. */
  private append(room: KeptRoom, message: PageMessage): void {
    if (room.newest === undefined) return;
    const before = room.links.get(room.newest);
    if (before !== undefined) before.newer = message.seq;
    this.add(room, { message, older: room.newest, newer: NONE });
    room.newest = message.seq;
  }

  private add(room: KeptRoom, link: Link): void {
    const { messageId, seq, bytes } = link.message;
    room.links.set(seq, link);
    room.seqs.set(messageId, seq);
    this.count(room, bytes);
  }

  private replace(room: KeptRoom, link: Link, message: PageMessage): void {
    this.count(room, message.bytes - link.message.bytes);
    link.message = message;
  }

  private count(room: KeptRoom, bytes: number): void {
    room.bytes += bytes;
    this.bytes += bytes;
  }

  private makeRoom(roomId: string, room: KeptRoom): void {
    if (room.bytes > this.maxBytes * LARGEST_SHARE) this.forget(roomId);
    for (const longestUnread of this.rooms.keys()) {
      if (this.bytes <= this.maxBytes) return;
      this.forget(longestUnread);
    }
  }
}

function isAt(room: KeptRoom, { epoch, head }: RoomMoment): boolean {
  return room.epoch === epoch && room.head === head;
}

/** Of the messages in memory those that an event concerns, as it leaves them; undefined where it doesn't tell. */
function changedBy({ links, seqs }: KeptRoom, event: RoomEvent): PageMessage[] | undefined {
  if (event.type === 'message.posted') return [toPageMessage(event.data as unknown as Message)];
  const link = links.get(seqs.get(String(event.data?.['messageId'])) ?? NONE);
  if (link === undefined) return [];
  const message = messageAfter(JSON.parse(encodeMessage(link.message, () => false)) as Message, event);
  return message && [toPageMessage(message)];
}

/** The newest message below a place: found by the place itself, which is where an earlier page began, or the message that was asked about. */
function firstBelow({ newest, links }: KeptRoom, { below }: HistoryWindow): number | undefined {
  if (newest !== undefined && below > newest) return newest;
  return links.has(below - 1) ? below - 1 : links.get(below)?.older;
}

/** The oldest message above a place. */
function firstAbove({ newest, links }: KeptRoom, { above }: HistoryWindow): number | undefined {
  if (newest !== undefined && above >= newest) return NONE;
  return links.has(above + 1) ? above + 1 : links.get(above)?.newer;
}

/** From one message to the next, as many as a page takes; undefined where one isn't known. */
function walk({ links }: KeptRoom, to: 'older' | 'newer', first: number | undefined, limit: number, maxBytes: number): Link[] | undefined {
  const found: Link[] = [];
  let bytes = 0;
  for (let seq = first; found.length < limit && seq !== NONE; seq = found[found.length - 1]?.[to]) {
    const link = seq === undefined ? undefined : links.get(seq);
    if (link === undefined) return undefined;
    bytes += link.message.textBytes;
    if (found.length > 0 && bytes > maxBytes) break;
    found.push(link);
  }
  return found;
}
