import { type Activity, type RoomEvent } from '@agent-chat/contracts';
import { byRoomId, type Counts, PERIODS, UNITS } from './told-figures';

export type Unit = 'minute' | 'hour' | 'day';
export type Period = 'day' | 'week' | 'month';
type Point = Activity & { readonly at: string };

const COUNTED: Readonly<Record<string, keyof Activity>> = {
  'message.posted': 'messages',
  'message.edited': 'edits',
  'message.deleted': 'deletions',
  'reaction.added': 'reactions',
  'member.joined': 'joins',
  'member.left': 'leaves',
  'member.banned': 'leaves',
};
const ACTIVE = /^(message|reaction)\./;
const UNIT_LENGTH: Readonly<Record<Unit, number>> = { minute: 16, hour: 13, day: 10 };
const UNIT_END: Readonly<Record<Unit, string>> = { minute: ':00.000Z', hour: ':00:00.000Z', day: 'T00:00:00.000Z' };

/** What figures should say of events: worked out from rooms' own logs, event by event, and in no database. */
export class ExpectedFigures {
  /** `files`: how many files each message had, by its id. What a message said that was deleted is in no log any more. */
  constructor(
    private readonly events: readonly RoomEvent[],
    private readonly files: ReadonlyMap<string, number>,
  ) {}

  in(roomId: string): ExpectedFigures {
    return new ExpectedFigures(
      this.events.filter((event) => event.roomId === roomId),
      this.files,
    );
  }

  /** The units in which anything happened. */
  activity(unit: Unit): Point[] {
    const points = new Map<string, { -readonly [Key in keyof Point]: Point[Key] }>();
    for (const { type, at = '', data } of this.events) {
      const what = COUNTED[type];
      if (what === undefined) continue;
      const begins = at.slice(0, UNIT_LENGTH[unit]) + UNIT_END[unit];
      const point = points.get(begins) ?? { at: begins, messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 };
      point[what] += 1;
      if (what === 'messages') point.uploads += this.files.get(String(data?.['messageId'])) ?? 0;
      points.set(begins, point);
    }
    return [...points.values()].sort((one, other) => (one.at < other.at ? -1 : 1));
  }

  /** All of it. */
  get sum(): Activity {
    const sum = { messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 };
    for (const point of this.activity('day')) for (const key of Object.keys(sum) as (keyof Activity)[]) sum[key] += point[key];
    return sum;
  }

  /** The periods in which anybody was active. */
  people(period: Period): { from: string; activePeople: number }[] {
    const people = new Map<string, Set<string>>();
    for (const { type, at = '', actorId = '' } of this.events) {
      if (!ACTIVE.test(type)) continue;
      const from = firstDayOf(period, at.slice(0, UNIT_LENGTH.day));
      people.set(from, (people.get(from) ?? new Set()).add(actorId));
    }
    return [...people].map(([from, active]) => ({ from, activePeople: active.size })).sort((one, other) => (one.from < other.from ? -1 : 1));
  }

  /** Everything, as `ToldFigures.counts` has it. */
  counts(roomIds: readonly string[]): Counts {
    const parts = [this, ...roomIds.map((roomId) => this.in(roomId))];
    return {
      activity: parts.map((part) => UNITS.map((unit) => part.activity(unit))),
      people: parts.map((part) => PERIODS.map((period) => part.people(period))),
      days: parts.map((part) => part.days()),
      rooms: {
        activeRooms: roomIds.filter((roomId) => this.in(roomId).sum.messages > 0).length,
        items: roomIds.map((roomId) => ({ roomId, ...this.in(roomId).sum, activePeople: this.in(roomId).activePeople })).sort(byRoomId),
      },
    };
  }

  /** Everybody who was active at all. */
  get activePeople(): number {
    return new Set(this.events.filter(({ type }) => ACTIVE.test(type)).map(({ actorId }) => actorId)).size;
  }

  private days(): { day: string; messages: number; activePeople: number }[] {
    const people = new Map(this.people('day').map(({ from, activePeople }) => [from, activePeople]));
    const days = this.activity('day').map(({ at, messages }) => ({ day: at.slice(0, UNIT_LENGTH.day), messages }));
    return days.map((each) => ({ ...each, activePeople: people.get(each.day) ?? 0 })).filter(({ messages, activePeople }) => messages + activePeople > 0);
  }
}

function firstDayOf(period: Period, day: string): string {
  if (period === 'month') return `${day.slice(0, 7)}-01`;
  if (period === 'day') return day;
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
