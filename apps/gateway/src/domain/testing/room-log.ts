import { type EventGroup, type RoomEvent } from '@agent-chat/contracts';
import { groupEvents } from '../event-groups';
import { type FeedOutlet, type RoomFeed } from '../room-feed';
import { type EndReason, type Subscription } from '../subscription';

const ROOM = '01890000-0000-7000-8000-000000000001';
const AT = '2026-01-01T00:00:00.000Z';

export interface Reader {
  readonly seqs: number[];
  end: EndReason | undefined;
}

export const reader = (): Reader => ({ seqs: [], end: undefined });
const seqOf = (encoded: string): number => (JSON.parse(encoded) as { seq: number }).seq;

export class Outlet implements FeedOutlet<Reader> {
  readonly overtakenOnes: Subscription<Reader>[] = [];
  deliver({ reader: { seqs, end } }: Subscription<Reader>, group: EventGroup): void {
    if (end !== undefined) throw new Error(`Delivered after ${end}`);
    seqs.push(...group.events.map(seqOf));
  }
  overtaken(subscription: Subscription<Reader>): void {
    this.overtakenOnes.push(subscription);
  }
  ended(subscription: Subscription<Reader>, reason: EndReason): void {
    subscription.reader.end = reason;
  }
}

export const posted = (seq: number, epoch = 1): RoomEvent => ({ roomId: ROOM as RoomEvent['roomId'], epoch, seq, type: 'message.posted', at: AT, data: {} });
export const about = (seq: number, type: string, userId: string, actorId = userId): RoomEvent => ({
  ...posted(seq),
  type,
  actorId: actorId as NonNullable<RoomEvent['actorId']>,
  data: { userId },
});
export const madePrivate = (seq: number): RoomEvent => ({ ...posted(seq), type: 'room.updated', data: { kind: 'private' } });
export const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
export const group = (from: number, to: number, epoch = 1): EventGroup => groupEvents(range(from, to).map((seq) => posted(seq, epoch)))[0]!;

export function drain(feed: RoomFeed<Reader>): void {
  while (feed.step(2));
}
