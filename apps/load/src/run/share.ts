import { type Injection } from '../command-line';
import { type Scenario } from '../scenario/scenario';

/** Somebody whom the tool registered, or logged in again. */
export interface Person {
  readonly userId: string;
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token is to be replaced, on the shared clock: well before it ends. */
  readonly renewAtMs: number;
}

/** A room, and the cursor that the run begins at. */
export interface LoadRoom {
  readonly roomId: string;
  readonly epoch: number;
  readonly head: number;
}

/** One process's part of a run. */
export interface Share {
  readonly runId: string;
  readonly part: number;
  readonly parts: number;
  readonly urls: readonly string[];
  readonly scenario: Scenario;
  readonly seed: number;
  /** Its own people. */
  readonly people: readonly Person[];
  /** The number of its first person among all: people and connections are spread over the URLs by it. */
  readonly firstPerson: number;
  /** All rooms that its people are in. */
  readonly rooms: readonly LoadRoom[];
  /** For each of its people, the places of their rooms in `rooms`. */
  readonly roomsOf: readonly (readonly number[])[];
  /** For each of `rooms`, whether this process is the one that judges its log: a room may have people of several. */
  readonly judges: readonly boolean[];
  readonly connections: number;
  /** Its part of every rate. */
  readonly rateShare: number;
  readonly openingRate: number;
  /** Addresses to connect from, in turn; none where the machine's own will do. */
  readonly sources: readonly string[];
  readonly inject?: Injection | undefined;
}
