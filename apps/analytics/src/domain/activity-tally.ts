import { type Activity, type LogEvent, type RoomEvent } from '@agent-chat/contracts';

/** What happened in one room within one minute. */
export type MinuteActivity = { -readonly [Key in keyof Activity]: number } & { readonly roomId: string; /** ISO 8601, UTC. */ readonly minute: string };

/** Somebody who was active in a room on a day (UTC). */
export interface DayPerson {
  readonly roomId: string;
  readonly day: string;
  readonly userId: string;
}

/** What events come to. */
export interface Tally {
  readonly minutes: readonly MinuteActivity[];
  readonly people: readonly DayPerson[];
}

const COUNTED: Readonly<Record<string, keyof Activity>> = {
  'message.posted': 'messages',
  'message.edited': 'edits',
  'message.deleted': 'deletions',
  'reaction.added': 'reactions',
  'member.joined': 'joins',
  'member.left': 'leaves',
  'member.banned': 'leaves',
};
const NOTHING: Activity = { messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 };
const ACTIVE = /^(message|reaction)\./;

/** Sums up events of one partition. An event counts when it happened, however late it comes. */
export function tallyOf(events: readonly Pick<LogEvent, 'event' | 'erasedAttachmentIds'>[]): Tally {
  const minutes = new Map<string, MinuteActivity>();
  const people = new Map<string, DayPerson>();
  for (const { event, erasedAttachmentIds = [] } of events) {
    const { roomId, type, actorId, at, data } = event;
    if (at === undefined) continue;
    const what = COUNTED[type];
    if (what !== undefined) {
      const activity = minuteIn(minutes, roomId, at);
      activity[what] += 1;
      if (what === 'messages') activity.uploads += attachmentsOf(data) + erasedAttachmentIds.length;
    }
    if (actorId !== undefined && ACTIVE.test(type)) {
      const day = at.slice(0, 'YYYY-MM-DD'.length);
      people.set(roomId + day + actorId, { roomId, day, userId: actorId });
    }
  }
  return { minutes: [...minutes.values()], people: [...people.values()] };
}

function minuteIn(minutes: Map<string, MinuteActivity>, roomId: string, at: string): MinuteActivity {
  const minute = `${at.slice(0, 'YYYY-MM-DDTHH:MM'.length)}:00.000Z`;
  const key = roomId + minute;
  let activity = minutes.get(key);
  if (activity === undefined) {
    activity = { roomId, minute, ...NOTHING };
    minutes.set(key, activity);
  }
  return activity;
}

function attachmentsOf(data: RoomEvent['data']): number {
  const attachments = data?.['attachments'];
  return Array.isArray(attachments) ? attachments.length : 0;
}
