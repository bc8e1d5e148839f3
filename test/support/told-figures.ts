import { type Activity, type QueryAnswer } from '@agent-chat/contracts';
import { type Period, type Unit } from './expected-figures';
import { type RestClient } from './rest-client';

export const UNITS: readonly Unit[] = ['minute', 'hour', 'day'];
export const PERIODS: readonly Period[] = ['day', 'week', 'month'];
const HALF_DAY_MS = 12 * 3_600_000;

type Item = Activity & { readonly roomId: string; readonly activePeople: number };

/** All that is counted of some rooms: of all together first, then of each. Without what is nothing. */
export interface Counts {
  readonly activity: readonly (readonly (readonly (Activity & { readonly at: string })[])[])[];
  readonly people: readonly (readonly (readonly { readonly from: string; readonly activePeople: number }[])[])[];
  readonly days: readonly (readonly { readonly day: string; readonly messages: number; readonly activePeople: number }[])[];
  readonly rooms: { readonly activeRooms: number; readonly items: readonly Item[] };
}

/** What an operator is told of the twelve hours before and after now, by REST. */
export class ToldFigures {
  readonly stretch: { readonly from: string; readonly to: string };
  readonly days: { readonly from: string; readonly to: string };

  constructor(
    private readonly operator: RestClient,
    nowMs: number,
  ) {
    this.stretch = { from: new Date(nowMs - HALF_DAY_MS).toISOString(), to: new Date(nowMs + HALF_DAY_MS).toISOString() };
    this.days = { from: this.stretch.from.slice(0, 10), to: this.stretch.to.slice(0, 10) };
  }

  async ask<Answer>(name: string, query: Readonly<Record<string, string | undefined>>): Promise<Answer> {
    const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined);
    return (await this.operator.call('GET', `/analytics/${name}?${new URLSearchParams(given).toString()}`)).body as Answer;
  }

  async activity(query: Readonly<Record<string, string | undefined>>): Promise<QueryAnswer<'figures.activity'>['points']> {
    return (await this.ask<QueryAnswer<'figures.activity'>>('activity', { ...this.stretch, ...query })).points;
  }

  async people(query: Readonly<Record<string, string | undefined>>): Promise<QueryAnswer<'figures.people'>['points']> {
    return (await this.ask<QueryAnswer<'figures.people'>>('people', { ...this.days, ...query })).points;
  }

  rooms(limit?: string): Promise<QueryAnswer<'figures.rooms'>> {
    return this.ask('rooms', { limit, ...this.days });
  }

  async counts(roomIds: readonly string[]): Promise<Counts> {
    const parts = [undefined, ...roomIds];
    const ofDays = async (roomId?: string) => (await this.ask<QueryAnswer<'analytics.days'>>('days', { roomId, ...this.days })).days;
    const { activeRooms, items } = await this.rooms('100');
    return {
      activity: await Promise.all(parts.map((roomId) => Promise.all(UNITS.map(async (unit) => withSomething(await this.activity({ unit, roomId })))))),
      people: await Promise.all(parts.map((roomId) => Promise.all(PERIODS.map(async (period) => withSomething(await this.people({ period, roomId })))))),
      days: await Promise.all(parts.map(async (roomId) => withSomething(await ofDays(roomId)))),
      rooms: { activeRooms, items: [...items].sort(byRoomId) },
    };
  }

  /** By minute, by hour and by day: what no event tells. */
  async observed() {
    const by = <Answer>(name: string) => Promise.all(UNITS.map((unit) => this.ask<Answer>(name, { unit, ...this.stretch })));
    const [errors, delivery] = [await by<QueryAnswer<'figures.errors'>>('errors'), await by<QueryAnswer<'figures.delivery'>>('delivery')];
    return { errors: errors.map(({ points }) => sumOfErrors(points)), delivery: delivery.map(({ points }) => points) };
  }
}

export function byRoomId(one: { readonly roomId: string }, other: { readonly roomId: string }): number {
  return one.roomId < other.roomId ? -1 : 1;
}

/** Without points in which nothing happened. */
export function withSomething<Point extends object>(points: readonly Point[]): Point[] {
  return points.filter((point) => Object.values(point).some((value) => typeof value === 'number' && value > 0));
}

function sumOfErrors(points: QueryAnswer<'figures.errors'>['points']): ReadonlyMap<string, number> {
  const codes = new Map<string, number>();
  for (const { code, count } of points.flatMap(({ errors }) => errors)) codes.set(code, (codes.get(code) ?? 0) + count);
  return codes;
}
