import { shareOf } from '@agent-chat/load';
import { type Options } from '../command-line';
import { type Scenario } from '../scenario/scenario';
import { type Population } from './registrar';
import { type Share } from './share';

/** What one process may hold, and what one address of this machine has ports for towards one port elsewhere. */
export const CONNECTIONS_PER_WORKER = 15_000;
const CONNECTIONS_PER_ADDRESS = 25_000;

export interface SharePlan {
  readonly runId: string;
  readonly options: Options;
  readonly scenario: Scenario;
  readonly workers: number;
}

/** Cuts a population into one part a process: people next to each other stay together, with all their connections. */
export function sharesOf({ runId, options, scenario, workers }: SharePlan, { people, rooms, members }: Population): Share[] {
  const roomsOf = people.map((): number[] => []);
  for (const [room, ids] of members.entries()) for (const person of ids) roomsOf[person]?.push(room);
  const memberships = roomsOf.reduce((total, { length }) => total + length, 0);
  const connections = scenario.connections ?? scenario.people;
  const { seed, inject } = options;
  const sources = sourceAddresses(options.urls, connections);
  // These addresses reach no `::1`, which `localhost` may be.
  const urls = sources.length === 0 ? options.urls : options.urls.map((url) => url.replace('//localhost', '//127.0.0.1'));
  return Array.from({ length: workers }, (_, part) => {
    const [from, to] = shareOf(people.length, part, workers);
    const [firstConnection, lastConnection] = [from, to].map((person) => Math.round((connections * person) / people.length));
    const own = roomsOf.slice(from, to);
    const used = [...new Set(own.flat())].sort((one, other) => one - other);
    const places = new Map(used.map((room, place) => [room, place]));
    return {
      ...{ runId, part, parts: workers, urls, scenario, seed, sources, inject, firstPerson: from },
      people: people.slice(from, to),
      rooms: used.flatMap((room) => rooms[room] ?? []),
      roomsOf: own.map((ids) => ids.flatMap((room) => places.get(room) ?? [])),
      // The process that has the person who made the room.
      judges: used.map((room) => isWithin(members[room]?.[0], from, to)),
      connections: (lastConnection ?? 0) - (firstConnection ?? 0),
      rateShare: memberships === 0 ? 0 : own.flat().length / memberships,
      openingRate: options.openingRate / workers,
    };
  });
}

/** How many processes a run takes. */
export function workersFor({ workers }: Options, { people, connections = people }: Scenario): number {
  return Math.min(people, workers ?? Math.ceil(connections / CONNECTIONS_PER_WORKER));
}

/**
 * On one machine, each pair of addresses and the server's port has some 28,000 ports: where that is too few, connections come from further addresses. One that
 * was chosen has its ports but once, whatever they lead to, so that there are as many as all connections need.
 */
export function sourceAddresses(urls: readonly string[], connections: number): string[] {
  const isLoopback = urls.every((url) => /^(localhost|127(\.\d+){3})$/.test(new URL(url).hostname));
  const isTooMany = connections / urls.length > CONNECTIONS_PER_ADDRESS;
  const count = Math.ceil(connections / CONNECTIONS_PER_ADDRESS);
  return isLoopback && isTooMany ? Array.from({ length: count }, (_, index) => `127.0.0.${String(index + 2)}`) : [];
}

function isWithin(person: number | undefined, from: number, to: number): boolean {
  return person !== undefined && person >= from && person < to;
}
