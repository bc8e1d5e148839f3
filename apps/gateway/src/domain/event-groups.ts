import { accessChangeOf, type EventGroup, type RoomEvent } from '@agent-chat/contracts';

/** The seq of a group's last event. */
export function lastSeqOf(group: EventGroup): number {
  return group.fromSeq + group.events.length - 1;
}

/** What a group weighs, in UTF-16 units: near enough for bounds. */
export function sizeOf(group: EventGroup | undefined): number {
  let size = 0;
  for (const event of group?.events ?? []) size += event.length;
  return size;
}

/** The part of a group that lies beyond a seq: the group itself if all of it does. */
export function after(group: EventGroup, seq: number): EventGroup | undefined {
  if (group.fromSeq > seq) return group;
  if (lastSeqOf(group) <= seq) return undefined;
  return { ...group, fromSeq: seq + 1, events: group.events.slice(seq + 1 - group.fromSeq) };
}

/** Consecutive events of one room, read from the log, as groups that end after each change of access (P25). */
export function groupEvents(events: readonly RoomEvent[]): EventGroup[] {
  const groups: EventGroup[] = [];
  let encoded: string[] = [];
  for (const [at, event] of events.entries()) {
    encoded.push(JSON.stringify(event));
    const access = accessChangeOf(event);
    if (access === undefined && at < events.length - 1) continue;
    const fromSeq = event.seq - encoded.length + 1;
    const group = { roomId: event.roomId, epoch: event.epoch, fromSeq, events: encoded };
    groups.push(access === undefined ? group : { ...group, access });
    encoded = [];
  }
  return groups;
}

const AT = '"at":"';

/** When an encoded event happened: its time stands before anything that somebody wrote. */
export function timeOf(encoded: string): string {
  const from = encoded.indexOf(AT) + AT.length;
  return encoded.slice(from, encoded.indexOf('"', from));
}
