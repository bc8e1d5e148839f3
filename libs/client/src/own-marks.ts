import { type MyMembership, type Room } from './types';

interface OwnMark {
  readonly epoch: number;
  readonly seq: number;
  /** It was set back, and not moved on. */
  readonly isSetBack: boolean;
  /** The turn in which the server had it; undefined until then. */
  readonly toldIn?: number;
}

/** Read marks that were changed here. An answer to what was asked before the server had a change doesn't know of it, and must not undo it. */
export class OwnMarks {
  private readonly marks = new Map<string, OwnMark>();
  /** Another one with each change that the server has: tells what was asked before one from what was asked after it. */
  private currentTurn = 0;

  get turn(): number {
    return this.currentTurn;
  }

  moved({ roomId, epoch }: Room, seq: number): void {
    this.marks.set(roomId, { epoch, seq, isSetBack: false });
  }

  /** The server has it. */
  told(roomId: string, seq: number): void {
    const own = this.marks.get(roomId);
    if (own !== undefined && seq >= own.seq) this.marks.set(roomId, { ...own, toldIn: ++this.currentTurn });
  }

  /** The server has set it back. */
  setBack({ roomId, epoch }: Room, seq: number): void {
    this.marks.set(roomId, { epoch, seq, isSetBack: true, toldIn: ++this.currentTurn });
  }

  clear(): void {
    this.marks.clear();
  }

  /** A room as the server answered to what was asked in a turn, with the change that it didn't know of; `known` is how it was here. */
  inRoom(room: Room, known: Room | undefined, askedIn: number): Room {
    const own = this.marks.get(room.roomId);
    if (own === undefined || room.me === undefined || !isNews(own, room, askedIn)) return room;
    const badges = own.isSetBack ? badgesOf(known?.me ?? room.me) : badgesAfter(room.head, room.me, own.seq);
    return { ...room, me: { ...room.me, readSeq: own.seq, ...badges } };
  }
}

/** Whether the answer, to what was asked in a turn, doesn't know of the mark. */
function isNews({ epoch, seq, isSetBack, toldIn }: OwnMark, { epoch: present, me }: Room, askedIn: number): boolean {
  if (epoch !== present) return false;
  if (toldIn !== undefined && toldIn <= askedIn) return false;
  return isSetBack || (me?.readSeq ?? 0) < seq;
}

type Badges = Pick<MyMembership, 'unreadCount' | 'mentionCount'>;

function badgesOf({ unreadCount, mentionCount }: Badges): Badges {
  return { unreadCount, mentionCount };
}

/** At most what the server counted behind an earlier mark, and at most what there is. */
function badgesAfter(head: number, { unreadCount, mentionCount }: Badges, seq: number): Badges {
  const left = Math.max(0, head - seq);
  return { unreadCount: Math.min(unreadCount, left), mentionCount: Math.min(mentionCount, left) };
}
