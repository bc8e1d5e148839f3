import { setTimeout as delay } from 'node:timers/promises';
import { type Dimension, type Point } from '../../../scripts/capacity/growth-record';
import { tell } from '../load/options';
import { type ClusterShape } from './growth-cluster';
import { GrownSystem } from './grown-system';
import { type Person } from './population';

/** How far a dimension is taken: `usual` in a run that a quarter of an hour is enough for, `long` besides. */
interface Reach<Value> {
  readonly usual: readonly Value[];
  readonly long: readonly Value[];
}

const ONE_OF_EACH: ClusterShape = { gateways: 1, chats: 1, databases: 1 };
const SECONDS = 6;
/** Long enough for everything that comes round by itself, for each connection: 30 s is the longest. */
const ROUND_SECONDS = 32;
/** From so many connections on what comes round for them is a good part of the cost. */
const MANY_CONNECTIONS = 1_000;

/** What making many people and rooms leaves behind, such as what autovacuum does about them, is over then. */
const SETTLING_MS = 60_000;

/** Which points are measured. */
export interface Extent {
  readonly isLong: boolean;
  /** Only so many of each dimension, for a look whether it works. */
  readonly first: number;
}

function reached<Value>({ usual, long }: Reach<Value>, { isLong, first }: Extent): readonly Value[] {
  return (isLong ? [...usual, ...long] : usual).slice(0, first);
}

const RATES: Reach<readonly [rate: number, members: number]> = {
  usual: [
    ...([50, 200, 600, 1_200, 2_500] as const).map((rate) => [rate, 10] as const),
    ...([100, 500, 1_500, 3_000] as const).map((rate) => [rate, 2] as const),
    ...([50, 150, 400] as const).map((rate) => [rate, 50] as const),
  ],
  long: [
    [3_500, 10],
    [4_500, 2],
  ],
};

/** Posts at several rates into rooms of several sizes: what the model is fitted from. */
async function growRate(extent: Extent): Promise<Point[]> {
  return GrownSystem.during(ONE_OF_EACH, async (system) => {
    const people = await system.populace.people(100);
    const sizes = [2, 10, 50];
    const roomsBySize = new Map<number, Awaited<ReturnType<typeof system.populace.rooms>>>();
    for (const size of sizes) {
      const lists = Array.from({ length: 100 }, (_, room) => Array.from({ length: size }, (__, place) => people[(room + place) % people.length]!.userId));
      roomsBySize.set(size, await system.populace.rooms(lists));
    }
    const roomsOf = (person: number): string[] =>
      sizes.flatMap((size) => Array.from({ length: size }, (_, place) => roomsBySize.get(size)![(person - place + people.length) % people.length]!));
    await system.open(people.map(({ token }, index) => ({ url: system.cluster.urls[0]!, token, rooms: roomsOf(index) })));
    const standing = { reached: 1, connections: people.length, rooms: 100 * sizes.length, subscriptions: 100 * sizes.reduce((sum, size) => sum + size, 0) };
    const everybody = people.map((_, index) => index);
    const points: Point[] = [];
    await system.measure({
      dimension: 'rate',
      at: 500,
      standing,
      rate: 500,
      seconds: 6,
      rooms: roomsBySize.get(10)!,
      authors: everybody,
      fanOut: 10,
      gatewaysAPost: 1,
    });
    for (const [rate, members] of reached(RATES, extent)) {
      tell(`  ${String(rate)} posts/s in rooms of ${String(members)}`);
      const rooms = roomsBySize.get(members)!;
      points.push(
        await system.measure({ dimension: 'rate', at: rate, standing, rate, seconds: SECONDS, rooms, authors: everybody, fanOut: members, gatewaysAPost: 1 }),
      );
    }
    return points;
  });
}

const SIZES: Reach<number> = { usual: [2, 10, 100, 1_000, 3_000, 10_000], long: [] };
const DELIVERIES_A_SECOND = 10_000;
const MOST_POSTS_A_SECOND = 400;

/** One room of each size; whoever is in a small one is in all larger ones too. */
async function growRoomSize(extent: Extent): Promise<Point[]> {
  return GrownSystem.during(ONE_OF_EACH, async (system) => {
    const sizes = reached(SIZES, extent);
    const people = await system.populace.people(Math.max(...sizes));
    const rooms = await system.populace.rooms(sizes.map((size) => people.slice(0, size).map(({ userId }) => userId)));
    const points: Point[] = [];
    let [open, subscriptions] = [0, 0];
    for (const [index, size] of sizes.entries()) {
      tell(`  a room of ${String(size)}`);
      const room = rooms[index]!;
      await system.follow({ first: 0, count: open, rooms: [room] });
      await system.open(people.slice(open, size).map(({ token }) => ({ url: system.cluster.urls[0]!, token, rooms: [room] })));
      [open, subscriptions] = [size, subscriptions + size];
      const rate = Math.min(MOST_POSTS_A_SECOND, DELIVERIES_A_SECOND / size);
      const authors = Array.from({ length: Math.min(size, 20) }, (_, author) => author);
      const standing = { reached: 1, connections: open, rooms: index + 1, subscriptions };
      const seconds = size < MANY_CONNECTIONS ? SECONDS : ROUND_SECONDS;
      points.push(await system.measure({ dimension: 'room-size', at: size, standing, rate, seconds, rooms: [room], authors, fanOut: size, gatewaysAPost: 1 }));
    }
    return points;
  });
}

const ROOMS: Reach<number> = { usual: [10, 100, 1_000, 10_000, 100_000], long: [] };
const ROOM_READERS = 100;
const ROOM_MEMBERS = 10;
const ROOM_POSTS_A_SECOND = 500;

/** More and more rooms of ten, each of which one of a hundred connections has open; the same number of posts goes to all of them in turn. */
async function growRooms(extent: Extent): Promise<Point[]> {
  return GrownSystem.during(ONE_OF_EACH, async (system) => {
    const people = await system.populace.people(ROOM_READERS);
    const ids = people.map(({ userId }) => userId);
    await system.open(people.map(({ token }) => ({ url: system.cluster.urls[0]!, token, rooms: [] })));
    const points: Point[] = [];
    const rooms: Awaited<ReturnType<typeof system.populace.rooms>> = [];
    for (const count of reached(ROOMS, extent)) {
      tell(`  ${String(count)} rooms`);
      const first = rooms.length;
      const lists = Array.from({ length: count - first }, (_, index) =>
        Array.from({ length: ROOM_MEMBERS }, (__, place) => ids[(first + index + place) % ids.length]!),
      );
      rooms.push(...(await system.populace.rooms(lists)));
      for (let reader = 0; reader < ROOM_READERS; reader++) {
        const own = rooms.slice(first).filter((_, index) => (first + index) % ROOM_READERS === reader);
        if (own.length > 0) await system.follow({ first: reader, count: 1, rooms: own });
      }
      const standing = { reached: 1, connections: ROOM_READERS, rooms: count, subscriptions: count };
      // A stride that shares no factor with their number visits all of them before any for the second time.
      const places = Array.from({ length: count }, (_, index) => (index * 7_919) % count);
      const turns = { rooms: places.map((place) => rooms[place]!), authors: places.map((place) => place % ROOM_READERS) };
      points.push(
        await system.measure({ dimension: 'rooms', at: count, standing, rate: ROOM_POSTS_A_SECOND, seconds: SECONDS, ...turns, fanOut: 1, gatewaysAPost: 1 }),
      );
    }
    return points;
  });
}

const CONNECTIONS: Reach<number> = { usual: [1_000, 3_000, 10_000], long: [30_000, 100_000] };
const ROOMS_A_PERSON = 5;

/** People who have five rooms of ten open and do nothing. */
async function growConnections(extent: Extent): Promise<Point[]> {
  return GrownSystem.during(ONE_OF_EACH, async (system) => {
    const points: Point[] = [];
    let open: Person[] = [];
    for (const count of reached(CONNECTIONS, extent)) {
      tell(`  ${String(count)} connections`);
      const more = await system.populace.people(count - open.length);
      const lists = Array.from({ length: (more.length * ROOMS_A_PERSON) / ROOM_MEMBERS }, (_, room) =>
        Array.from({ length: ROOM_MEMBERS }, (__, place) => more[(room * 2 + place) % more.length]!.userId),
      );
      const rooms = await system.populace.rooms(lists);
      const roomsOf = more.map((): string[] => []);
      for (let room = 0; room < rooms.length; room++)
        for (let place = 0; place < ROOM_MEMBERS; place++) roomsOf[(room * 2 + place) % more.length]!.push(rooms[room]!);
      await system.open(more.map(({ token }, index) => ({ url: system.cluster.urls[0]!, token, rooms: roomsOf[index]! })));
      open = [...open, ...more];
      await delay(SETTLING_MS);
      const standing = { reached: 1, connections: count, rooms: (count * ROOMS_A_PERSON) / ROOM_MEMBERS, subscriptions: count * ROOMS_A_PERSON };
      points.push(
        await system.measure({
          dimension: 'connections',
          at: count,
          standing,
          rate: 0,
          seconds: ROUND_SECONDS,
          rooms: [],
          authors: [],
          fanOut: 0,
          gatewaysAPost: 0,
        }),
      );
    }
    return points;
  });
}

const GATEWAYS: Reach<number> = { usual: [1, 2, 4, 8], long: [] };
const SPREAD_MEMBERS = 8;
const SPREAD_POSTS_A_SECOND = 300;

/** Rooms of eight, whose members are spread over more and more gateways; those that nobody uses run, idle. */
async function growGateways(extent: Extent): Promise<Point[]> {
  const counts = reached(GATEWAYS, extent);
  return GrownSystem.during({ ...ONE_OF_EACH, gateways: Math.max(...counts) }, async (system) => {
    const points: Point[] = [];
    let opened = 0;
    for (const count of counts) {
      tell(`  rooms spread over ${String(count)} gateways`);
      const people = await system.populace.people(64);
      const lists = Array.from({ length: 64 }, (_, room) => Array.from({ length: SPREAD_MEMBERS }, (__, place) => (room + place) % people.length));
      const rooms = await system.populace.rooms(lists.map((members) => members.map((member) => people[member]!.userId)));
      const roomsOf = (person: number): string[] => rooms.filter((_, room) => lists[room]!.includes(person));
      await system.open(people.map(({ token }, index) => ({ url: system.cluster.urls[index % count]!, token, rooms: roomsOf(index) })));
      const authors = people.map((_, index) => opened + index);
      opened += people.length;
      const standing = { reached: count, connections: opened, rooms: points.length * 64 + 64, subscriptions: opened * SPREAD_MEMBERS };
      const load = { rate: SPREAD_POSTS_A_SECOND, seconds: SECONDS, rooms, authors, fanOut: SPREAD_MEMBERS };
      points.push(await system.measure({ dimension: 'gateways', at: count, standing, ...load, gatewaysAPost: Math.min(count, SPREAD_MEMBERS) }));
    }
    return points;
  });
}

const DATABASES: Reach<number> = { usual: [1, 2, 4], long: [8] };

/** The same posts, to rooms in more and more databases of one server. */
async function growShards(extent: Extent): Promise<Point[]> {
  const points: Point[] = [];
  for (const databases of reached(DATABASES, extent)) {
    tell(`  ${String(databases)} databases`);
    points.push(await GrownSystem.during({ ...ONE_OF_EACH, databases }, (system) => postToMany(system, databases)));
  }
  return points;
}

async function postToMany(system: GrownSystem, at: number): Promise<Point> {
  const people = await system.populace.people(100);
  const lists = Array.from({ length: 256 }, (_, room) => Array.from({ length: 2 }, (__, place) => (room + place) % people.length));
  const rooms = await system.populace.rooms(lists.map((members) => members.map((member) => people[member]!.userId)));
  await system.open(
    people.map(({ token }, index) => ({ url: system.cluster.urls[0]!, token, rooms: rooms.filter((_, room) => lists[room]!.includes(index)) })),
  );
  const standing = { reached: 1, connections: people.length, rooms: rooms.length, subscriptions: rooms.length * 2 };
  const authors = rooms.map((_, room) => lists[room]![0]!);
  const load = { standing, rate: 500, rooms, authors, fanOut: 2, gatewaysAPost: 1 };
  await system.measure({ dimension: 'shards', at, ...load, seconds: 4 });
  return system.measure({ dimension: 'shards', at, ...load, seconds: SECONDS });
}

export const GROWN: Readonly<Record<Exclude<Dimension, 'history'>, (extent: Extent) => Promise<Point[]>>> = {
  rate: growRate,
  'room-size': growRoomSize,
  rooms: growRooms,
  connections: growConnections,
  gateways: growGateways,
  shards: growShards,
};
