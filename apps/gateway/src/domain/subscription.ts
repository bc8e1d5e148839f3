import { type EventGroup } from '@agent-chat/contracts';
import { type Cursor } from '@agent-chat/kernel';
import { after, lastSeqOf } from './event-groups';

/**
 * `catching-up`: the log after the cursor is longer than one answer; nothing is sent yet.
 * `opening`: in the room's index, its frames held until the snapshot is there and the gateway has reached it (P24).
 */
export type SubscriptionPhase = 'catching-up' | 'opening' | 'live' | 'ended';

/** Why the server ended a subscription; the reason of its `resync`. */
export type EndReason = 'left' | 'removed' | 'banned' | 'private' | 'restored' | 'overtaken';

/** One reader in one room. */
export class Subscription<Reader> {
  phase: SubscriptionPhase = 'catching-up';
  /** A change of access that concerns this reader lies this far, beyond the snapshot. */
  deniedAt: number | undefined;
  /** The snapshot is older than what the gateway still holds: a newer one is being asked for. */
  isOvertaken = false;
  /** The snapshot's, 0 before it is there; as numbers, for there are more subscriptions than anything else here. */
  private epoch = 0;
  private snapshotSeq = 0;
  /** The last event that was handed over, in the snapshot's epoch. */
  private handedSeq = 0;

  constructor(
    readonly reader: Reader,
    readonly userId: string,
  ) {}

  /** The snapshot is there, and the answer that carries it brings its reader to its head. */
  opened(snapshot: Cursor): void {
    this.epoch = snapshot.epoch;
    this.snapshotSeq = snapshot.seq;
    this.handedSeq = snapshot.seq;
  }

  /** What a snapshot said: its head and everything up to it needs no frame, and its access is newer than any change up to it. */
  get snapshot(): Cursor | undefined {
    return this.cursorAt(this.snapshotSeq);
  }

  /** Everything up to here has been handed over; undefined before the snapshot. */
  get cursor(): Cursor | undefined {
    return this.cursorAt(this.handedSeq);
  }

  /** What of a group its reader has not got yet. Throws on a hole: then the caller's order is broken. */
  take(group: EventGroup): EventGroup | undefined {
    if (group.epoch !== this.epoch) return undefined;
    const unseen = after(group, this.handedSeq);
    if (unseen === undefined) return undefined;
    if (unseen.fromSeq !== this.handedSeq + 1) throw new RangeError(`Seq ${unseen.fromSeq} follows ${this.handedSeq} in room ${group.roomId}`);
    this.handedSeq = lastSeqOf(unseen);
    return unseen;
  }

  private cursorAt(seq: number): Cursor | undefined {
    return this.epoch === 0 ? undefined : { epoch: this.epoch, seq };
  }
}
