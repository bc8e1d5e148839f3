import { type RoomHead } from '@agent-chat/contracts';

const COALESCE_MS = 1_000;

interface Waiting {
  seq: number;
  force: boolean;
  readonly answer: Promise<RoomHead>;
  readonly settle: (answer: Promise<RoomHead>) => void;
}

type Store = (seq: number, force: boolean) => Promise<RoomHead>;

/** One person's read marks in one room: the first goes at once, those of the next second as one; one at a time (P33). */
export class MarkQueue {
  private waiting: Waiting | undefined;
  private flight: Promise<unknown> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly onIdle: () => void,
  ) {}

  /** Resolves with what was stored by the call that carried this mark. */
  async mark(seq: number, force: boolean): Promise<RoomHead> {
    const waiting = (this.waiting ??= newWaiting(seq));
    // A forced mark stands as given and drops what was waiting; later ones count from there.
    waiting.seq = force ? seq : Math.max(waiting.seq, seq);
    waiting.force ||= force;
    this.send(force);
    return waiting.answer;
  }

  private send(now: boolean): void {
    if (this.flight !== undefined || this.waiting === undefined || (this.timer !== undefined && !now)) return;
    const { seq, force, settle } = this.waiting;
    this.waiting = undefined;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.quiet(), COALESCE_MS).unref();
    const answer = this.store(seq, force);
    settle(answer);
    const landed = (): void => {
      this.flight = undefined;
      this.send(this.waiting?.force === true);
    };
    this.flight = answer.then(landed, landed);
  }

  private quiet(): void {
    this.timer = undefined;
    if (this.waiting !== undefined) this.send(true);
    else if (this.flight === undefined) this.onIdle();
    else this.timer = setTimeout(() => this.quiet(), COALESCE_MS).unref();
  }
}

function newWaiting(seq: number): Waiting {
  let settle!: (answer: Promise<RoomHead>) => void;
  const answer = new Promise<RoomHead>((resolve) => {
    settle = resolve;
  });
  return { seq, force: false, answer, settle };
}
