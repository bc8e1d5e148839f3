import { type Act } from '../scenario/scenario';

/** What happened in one second of the run, in one process or in all. */
export interface Second {
  /** Of the run, from 0. */
  readonly second: number;
  offered: number;
  done: number;
  readonly offeredPosts: number;
  readonly donePosts: number;
  readonly deliveries: number;
  readonly connections: number;
  readonly reconnects: number;
  /** How late the process itself came to what was due, at most; milliseconds. */
  readonly lagMs: number;
  /** By code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Encoded histograms, from when a post was due. */
  readonly ack: string;
  readonly delivery: string;
}

/** Everything that one process measured. */
export interface Figures {
  readonly acts: Readonly<Record<Act, ActFigures>>;
  /** `<act> <code>` -> how often. */
  readonly errors: Readonly<Record<string, number>>;
  readonly delivery: string;
  readonly ackToDelivery: string;
  readonly deliveries: number;
  readonly reconnects: number;
  readonly resyncs: number;
  /** Posts that were sent again under the same key, since no answer came. */
  readonly repeated: number;
  /** Acts that never had their turn, or were never answered. */
  readonly unfinished: number;
}

export interface ActFigures {
  readonly offered: number;
  readonly done: number;
  /** Encoded histograms: from when it was due, and from when it was sent. What was never done counts in the first, with the time that it had waited. */
  readonly due: string;
  readonly service: string;
}

/** What the end of a run says of one process's part. */
export interface PartVerdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly checkedAcks: number;
  readonly checkedDeliveries: number;
  readonly checkedRooms: number;
  /** Whether spoiled copies of what was really seen were found out; `none` where too little was seen. */
  readonly control: 'passed' | 'failed' | 'none';
  /** Rooms whose log could not be read: nothing of them is verified. */
  readonly unreadRooms: number;
  /** One of them, and why. */
  readonly unread?: string | undefined;
}
