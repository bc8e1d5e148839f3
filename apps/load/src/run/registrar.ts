import { dealMembers, inTurns, type Membership, roomSizes, seededRandom } from '@agent-chat/load';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Options } from '../command-line';
import { Mistake } from '../mistake';
import { type Scenario } from '../scenario/scenario';
import { ApiFailure, callPatiently } from './api';
import { personOf, renewed, type Session } from './session';
import { type LoadRoom, type Person } from './share';
import { sharedNowMs } from './shared-clock';

export interface Population {
  readonly people: readonly Person[];
  readonly rooms: readonly LoadRoom[];
  readonly members: Membership;
}

/** What is kept of a run's people, so that the next run need not register them again. */
interface Kept {
  /** The system that knows them. */
  readonly url: string;
  readonly password: string;
  readonly usernames: readonly string[];
  /** Rooms fit only a scenario that deals the same people to the same rooms. */
  readonly roomPlan: string;
  readonly roomIds: readonly string[];
}

const MEMBERS_PER_CALL = 100;
const ATTEMPTS = 60;

/** Makes people and rooms, or finds those of an earlier run; never more than some at a time, and as patiently as the server's limits want it. */
export class Registrar {
  private readonly kept: Kept | undefined;
  private readonly password: string;

  constructor(
    private readonly runId: string,
    private readonly options: Options,
    private readonly scenario: Scenario,
    private readonly tell: (text: string) => void,
  ) {
    this.kept = this.read();
    this.password = this.kept?.password ?? randomBytes(12).toString('base64url');
  }

  async populate(): Promise<Population> {
    const { scenario, options } = this;
    const people = await this.inTurns(scenario.people, 'people', (index) => this.person(index));
    const sizes = roomSizes(scenario.rooms.count, scenario.rooms.sizes);
    const members = dealMembers(scenario.people, sizes, seededRandom(options.seed));
    const roomPlan = JSON.stringify([scenario.people, scenario.rooms, options.seed]);
    const known = this.kept?.roomPlan === roomPlan ? this.kept.roomIds : [];
    const rooms = await this.inTurns(members.length, 'rooms', (index) => this.room(index, known[index], members[index] ?? [], people));
    this.keep({ roomPlan, roomIds: rooms.map(({ roomId }) => roomId), usernames: people.map(({ username }) => username) });
    return { people, rooms, members };
  }

  private inTurns<Result>(count: number, what: string, task: (index: number) => Promise<Result>): Promise<Result[]> {
    let done = 0;
    return inTurns(count, this.options.makingWidth, async (index) => {
      const result = await task(index);
      this.tell(`${what} ${String(++done)} of ${String(count)}`);
      return result;
    });
  }

  private async person(index: number): Promise<Person> {
    const known = this.kept?.usernames[index];
    const username = known ?? `load-${this.runId}-${String(index)}`;
    const body = { username, password: this.password };
    const session = await this.call<Session>(index, known === undefined ? '/auth/register' : '/auth/login', {
      method: 'POST',
      body,
      ...(known === undefined ? { key: `${this.runId}.person.${String(index)}` } : {}),
    });
    return personOf(session);
  }

  private async room(index: number, known: string | undefined, members: readonly number[], people: Person[]): Promise<LoadRoom> {
    const [owner = 0, ...others] = members;
    const token = await this.tokenOf(owner, people);
    if (known !== undefined) return this.call<LoadRoom>(owner, `/rooms/${known}`, { token });
    const userIds = others.map((member) => people[member]?.userId ?? '');
    const { kind } = this.scenario.rooms;
    const body = { kind, name: `load ${this.runId} ${String(index)}`, memberIds: userIds.slice(0, MEMBERS_PER_CALL) };
    const key = `${this.runId}.room.${String(index)}`;
    const room = await this.call<LoadRoom>(owner, '/rooms', { method: 'POST', token, body, key });
    for (let from = MEMBERS_PER_CALL; from < userIds.length; from += MEMBERS_PER_CALL) {
      const more = { userIds: userIds.slice(from, from + MEMBERS_PER_CALL) };
      await this.call(owner, `/rooms/${room.roomId}/members`, { method: 'POST', token, body: more, key: `${key}.${String(from)}` });
    }
    return { roomId: room.roomId, epoch: room.epoch, head: room.head };
  }

  /** Registering thousands takes longer than a token lives. */
  private async tokenOf(index: number, people: Person[]): Promise<string | undefined> {
    const person = people[index];
    if (person === undefined || person.renewAtMs > sharedNowMs()) return person?.accessToken;
    const { urls } = this.options;
    const fresh = await renewed(urls[index % urls.length] ?? '', person);
    people[index] = fresh;
    return fresh.accessToken;
  }

  private async call<Body>(person: number, path: string, call: Parameters<typeof callPatiently>[2]): Promise<Body> {
    const { urls } = this.options;
    const url = urls[person % urls.length] ?? '';
    try {
      return await callPatiently<Body>(url, path, call, {
        attempts: ATTEMPTS,
        onWait: (code, ms) => {
          this.tell(code === 'RATE_LIMITED' ? limited(ms) : `${url} says ${code}; trying again`);
        },
      });
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      throw new Mistake(explain(error, `${url}/api/v1${path}`));
    }
  }

  private read(): Kept | undefined {
    const { people, urls } = this.options;
    if (people === undefined || !existsSync(people)) return undefined;
    try {
      const kept = JSON.parse(readFileSync(people, 'utf8')) as Kept;
      return kept.url === urls[0] ? kept : undefined;
    } catch (error) {
      throw new Mistake(`--people ${people} cannot be read: ${(error as Error).message}`);
    }
  }

  private keep(made: Omit<Kept, 'url' | 'password'>): void {
    const { people, urls } = this.options;
    if (people === undefined) return;
    // Those whom this run did not need are kept as well.
    const usernames = [...made.usernames, ...(this.kept?.usernames.slice(made.usernames.length) ?? [])];
    writeFileSync(people, JSON.stringify({ ...made, usernames, url: urls[0] ?? '', password: this.password } satisfies Kept), { mode: 0o600 });
  }
}

function limited(ms: number): string {
  return `the server limits registrations and rooms (RATE_LIMITED): waiting ${String(Math.ceil(ms / 1_000))} s; a system under test is better started with RATE_LIMITS=off, or use --people again`;
}

function explain({ status, code, message }: ApiFailure, path: string): string {
  if (status === 401) return `${path} refuses the people of the --people file (${code}): they are unknown there, or have another password. Remove the file.`;
  if (status === 0) return `${path} does not answer: ${code}`;
  return `${path}: ${String(status)} ${code} ${message}`;
}
