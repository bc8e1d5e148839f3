import { type RoomEvent } from '@agent-chat/contracts';

/** What events say about one room on one day. */
export interface DayActivity {
  readonly roomId: string;
  /** UTC. */
  readonly day: string;
  messages: number;
  readonly people: Set<string>;
}

/** Sums up who was active where and when: who posted, edited or reacted. */
export function activityOf(events: readonly RoomEvent[]): DayActivity[] {
  const days = new Map<string, DayActivity>();
  for (const { roomId, type, actorId, at } of events) {
    if (actorId === undefined || at === undefined || !/^(message|reaction)\./.test(type)) continue;
    const day = at.slice(0, 'YYYY-MM-DD'.length);
    const key = `${roomId} ${day}`;
    const activity = days.get(key) ?? { roomId, day, messages: 0, people: new Set<string>() };
    if (type === 'message.posted') activity.messages += 1;
    activity.people.add(actorId);
    days.set(key, activity);
  }
  return [...days.values()];
}
