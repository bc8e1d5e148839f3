import { type RoomEvent } from './room-events';

/**
 * How an owner hands committed events to gateways over the backplane: for each room a header line, then one line an event, already
 * encoded as it goes to clients (P26). JSON holds no raw line feed, so lines need no escaping.
 */

/** Who may no longer read after the group's last event (P25). */
export interface AccessChange {
  readonly type: string;
  /** The person concerned; absent when the room itself changed. */
  readonly userId?: string;
}

/** The types after which somebody may no longer read (P25). */
const ACCESS_CHANGING: ReadonlySet<string> = new Set(['member.left', 'member.banned', 'room.updated']);

/** The change of access that an event is, if it is one (P25). */
export function accessChangeOf({ type, data }: Pick<RoomEvent, 'type' | 'data'>): AccessChange | undefined {
  if (!ACCESS_CHANGING.has(type)) return undefined;
  const userId = data?.['userId'];
  return typeof userId === 'string' ? { type, userId } : { type };
}

/** Consecutive events of one room; a group ends after an event that changes access. */
export interface EventGroup {
  readonly roomId: string;
  readonly epoch: number;
  readonly fromSeq: number;
  /** Encoded `RoomEvent`s, seqs `fromSeq`, `fromSeq + 1`, ... */
  readonly events: readonly string[];
  readonly access?: AccessChange;
}

interface Header extends Omit<EventGroup, 'events'> {
  readonly count: number;
}

/** Encodes groups as one backplane message. */
export function encodeEventGroups(groups: readonly EventGroup[]): string {
  const lines: string[] = [];
  for (const { events, ...rest } of groups) {
    lines.push(JSON.stringify({ ...rest, count: events.length } satisfies Header), ...events);
  }
  return lines.join('\n');
}

/** The groups of a backplane message. Throws `SyntaxError` on anything that `encodeEventGroups` did not make. */
export function decodeEventGroups(message: string): EventGroup[] {
  const lines = message.split('\n');
  const groups: EventGroup[] = [];
  for (let at = 0; at < lines.length;) {
    const { count, ...rest } = JSON.parse(lines[at] ?? '') as Header;
    groups.push({ ...rest, events: lines.slice(at + 1, at + 1 + count) });
    at += 1 + count;
  }
  return groups;
}
