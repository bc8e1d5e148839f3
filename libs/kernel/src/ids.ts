import { randomUUID } from 'node:crypto';
import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';

declare const brand: unique symbol;
/** A string that only its own constructor function may produce. */
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A room's id. */
export type RoomId = Branded<'RoomId'>;
/** A person's or bot's id. */
export type UserId = Branded<'UserId'>;
/** A message's id, made at the gateway (P3). */
export type MessageId = Branded<'MessageId'>;
/** One call: new each time, also for the same key (P2). */
export type RequestId = Branded<'RequestId'>;
/** One running gateway process: a new one after each start, so that an answer to an earlier incarnation finds nobody. */
export type GatewayId = Branded<'GatewayId'>;

/** Namespace of direct rooms' ids (P3). Never change it: ids derived from it are stored. */
const DIRECT_ROOM_NAMESPACE = '5a1a6c0e-0f0a-5b0e-9a51-6f1f6f2b7c01';
/** Namespace of rooms created with a key (P3). Never change it: ids derived from it are stored. */
const KEYED_ROOM_NAMESPACE = '5a1a6c0e-0f0a-5b0e-9a51-6f1f6f2b7c02';

/** Namespace of dead commands' ids. Never change it: ids derived from it are stored. */
const DEAD_COMMAND_NAMESPACE = '5a1a6c0e-0f0a-5b0e-9a51-6f1f6f2b7c03';

/** A new time-ordered UUID (RFC 9562, version 7), lower case. */
export function newId<Id extends string>(): Id {
  return uuidV7() as Id;
}

/** A call's id: nothing is sorted by it, and a random one is made in a fraction of the time. */
export function newRequestId(): RequestId {
  return randomUUID() as string as RequestId;
}

/** The id of the one direct room of two people, whatever their order. UUIDv5 of the sorted pair (P3). */
export function directRoomId(one: UserId, other: UserId): RoomId {
  return uuidV5([one, other].sort().join(':'), DIRECT_ROOM_NAMESPACE) as RoomId;
}

/** The id of a room that its creator made with an idempotency key: the same call makes the same room (P3). */
export function keyedRoomId(creator: UserId, key: string): RoomId {
  return uuidV5(`${creator}:${key}`, KEYED_ROOM_NAMESPACE) as RoomId;
}

/** The id of the dead letter of a command, by where and when that lay in its log: the same however often it is put away. */
export function deadCommandId(place: readonly (string | number)[]): string {
  return uuidV5(JSON.stringify(place), DEAD_COMMAND_NAMESPACE);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in canonical lower-case form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
