import { type Room } from './types';

interface OwnMark {
  readonly seq: number;
  /** When the server had it; undefined until then. */
  readonly toldAt?: number;
}

/** Read marks that were moved here. An answer to what was asked before the server had one doesn't know of it, and must not take it back. */
export class OwnMarks {
  private readonly marks = new Map<string, OwnMark>();
  private turn = 0;

  /** To tell what is asked from now on from what was asked before. */
  get now(): number {
    return this.turn;
  }

  moved(roomId: string, seq: number): void {
    this.marks.set(roomId, { seq });
  }

  told(roomId: string, seq: number): void {
    if (seq >= (this.marks.get(roomId)?.seq ?? Infinity)) this.marks.set(roomId, { seq, toldAt: ++this.turn });
  }

  forget(roomId: string): void {
    this.marks.delete(roomId);
  }

  clear(): void {
    this.marks.clear();
  }

  /** A room as the server answered to what was asked at `askedAt`; `known` as it was here. */
  over(room: Room, known: Room | undefined, askedAt: number): Room {
    const own = this.marks.get(room.roomId);
    if (own === undefined || room.me === undefined) return room;
    if (own.toldAt !== undefined && own.toldAt <= askedAt) {
      this.marks.delete(room.roomId);
      return room;
    }
    if (room.me.readSeq >= own.seq) return room;
    const { unreadCount, mentionCount } = own.seq >= room.head || known?.me === undefined ? { unreadCount: 0, mentionCount: 0 } : known.me;
    return { ...room, me: { ...room.me, readSeq: own.seq, unreadCount, mentionCount } };
  }
}
