import { type Load, type Part } from './growth-record';

/** What a part's work may be counted in. */
export const UNITS = {
  process: 'a process that runs, each second',
  post: 'a message',
  delivery: 'a delivery to a connection',
  handover: 'a message that is brought to a gateway',
  round: 'a commit, or whatever gathers as one does',
  envelope: 'a send to a gateway, with what gathered for it',
  connection: 'an open connection, each second',
  room: 'a room that somebody has open, each second',
} as const;
export type Unit = keyof typeof UNITS;

/** What each part's CPU is taken to consist of. */
export const CPU_UNITS: Readonly<Record<Part, readonly Unit[]>> = {
  gateway: ['process', 'post', 'delivery', 'handover', 'envelope', 'connection', 'room'],
  chat: ['process', 'post', 'round', 'connection'],
  presence: ['process', 'connection', 'room'],
  analytics: ['process', 'post', 'round'],
  kafka: ['process', 'post', 'round'],
  redis: ['process', 'round', 'envelope', 'connection', 'room'],
  directory: ['process', 'round', 'connection'],
  shards: ['process', 'post', 'round', 'connection'],
};

/** What each part's memory is taken to consist of. */
export const MEMORY_UNITS: Readonly<Partial<Record<Part, readonly Unit[]>>> = {
  gateway: ['process', 'connection', 'room'],
  chat: ['process', 'connection', 'room'],
  presence: ['process', 'connection', 'room'],
  redis: ['process', 'connection', 'room'],
};

/**
 * How often a second a stage sets off to which `rate` things come a second, at random, and which lets things gather for so long after each time (ADR 16): it waits
 * for that long, and then for the next to come.
 */
export function roundsASecond(rate: number, gatherSeconds: number): number {
  return rate / (1 + rate * gatherSeconds);
}

/** How many processes of a part there are. Whoever registers and asks counts at the directory. */
function processesOf(part: Part, { gateways, chats, databases }: Load): number {
  if (part === 'gateway') return gateways;
  if (part === 'chat') return chats;
  if (part === 'shards') return databases;
  return part === 'directory' ? gateways + chats : 1;
}

/** Each chat process gathers for itself, for each database that it commits to; what reads along gathers once. */
function roundsOf(part: Part, { posts, chats, databases }: Load, gatherSeconds: number): number {
  const stages = part === 'analytics' ? 1 : Math.max(1, part === 'shards' ? chats * databases : chats);
  return stages * roundsASecond(posts / stages, gatherSeconds);
}

/** How much of a unit a load has, each second. `gatherSeconds` is how long the stages of the part let things gather. */
export function amountOf(unit: Unit, part: Part, load: Load, gatherSeconds: number): number {
  const { posts, deliveries, handovers, reached, connections, rooms } = load;
  switch (unit) {
    case 'process':
      return processesOf(part, load);
    case 'post':
      return posts;
    case 'delivery':
      return deliveries;
    case 'handover':
      return handovers;
    case 'round':
      return roundsOf(part, load, gatherSeconds);
    case 'envelope':
      return reached * roundsASecond(handovers / Math.max(1, reached), gatherSeconds);
    case 'connection':
      return connections;
    case 'room':
      return rooms;
  }
}
