import { type Environment } from './clock';
import { type Http, type HttpCall } from './http';
import {
  type Ban,
  type Committed,
  type Member,
  type Page,
  type Room,
  type RoomKind,
  type RoomNotify,
  type RoomPage,
  type RoomPreference,
  type RoomRole,
  type User,
} from './types';

/** Which part of a list. */
export interface PageOptions {
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** A room to be made. */
export interface NewRoom {
  readonly kind: Exclude<RoomKind, 'direct'>;
  readonly name: string;
  readonly topic?: string;
  readonly memberIds?: readonly string[];
}

/** What may be changed of a room. */
export interface RoomChange {
  readonly name?: string;
  readonly topic?: string;
  readonly kind?: Exclude<RoomKind, 'direct'>;
}

/** The name under which the room list is kept. */
export const KEPT_ROOMS = '/rooms';

const segment = encodeURIComponent;

/** Rooms and who is in them. Every change carries a key, so that its repetition changes nothing twice. */
export class RoomsApi {
  constructor(
    private readonly http: Http,
    private readonly environment: Environment,
  ) {}

  /** The signed-in person's rooms, newest activity first. With `orKept`, what was kept of them where the server can't be reached. */
  list({ orKept = false, ...options }: PageOptions & { readonly orKept?: boolean } = {}): Promise<RoomPage> {
    return this.http.request({ method: 'GET', path: '/rooms', query: { ...options }, keptAs: orKept ? KEPT_ROOMS : undefined });
  }

  /** Public rooms by name. */
  discover(options: PageOptions & { readonly query?: string } = {}): Promise<Page<Room>> {
    return this.http.request({ method: 'GET', path: '/rooms/discover', query: { ...options } });
  }

  get(roomId: string): Promise<Room> {
    return this.http.request({ method: 'GET', path: `/rooms/${segment(roomId)}` });
  }

  create(room: NewRoom): Promise<Room> {
    return this.change('POST', '/rooms', room);
  }

  /** The one direct room with that person, made when there is none. */
  direct(userId: string): Promise<Room> {
    return this.change('POST', '/rooms', { kind: 'direct', memberIds: [userId] });
  }

  update(roomId: string, change: RoomChange): Promise<Room> {
    return this.change('PATCH', `/rooms/${segment(roomId)}`, change);
  }

  archive(roomId: string): Promise<unknown> {
    return this.change('DELETE', `/rooms/${segment(roomId)}`);
  }

  /** Enters a public room, or one that the person was invited to; also fine when they are in it. */
  async join(roomId: string): Promise<Room> {
    return (await this.change<{ room: Room }>('POST', `/rooms/${segment(roomId)}/join`)).room;
  }

  /** Leaves; also fine when the person isn't in the room. */
  leave(roomId: string): Promise<unknown> {
    return this.change('POST', `/rooms/${segment(roomId)}/leave`);
  }

  members(roomId: string, options: PageOptions = {}): Promise<Page<Member>> {
    const path = `/rooms/${segment(roomId)}/members`;
    return this.http.request({ method: 'GET', path, query: { ...options }, keptAs: options.cursor === undefined ? path : undefined });
  }

  addMembers(roomId: string, userIds: readonly string[]): Promise<Committed> {
    return this.change('POST', `/rooms/${segment(roomId)}/members`, { userIds });
  }

  updateMember(roomId: string, userId: string, change: { readonly role?: RoomRole; readonly muted?: boolean }): Promise<Committed> {
    return this.change('PATCH', `/rooms/${segment(roomId)}/members/${segment(userId)}`, change);
  }

  removeMember(roomId: string, userId: string): Promise<Committed> {
    return this.change('DELETE', `/rooms/${segment(roomId)}/members/${segment(userId)}`);
  }

  invites(roomId: string): Promise<Page<User>> {
    return this.http.request({ method: 'GET', path: `/rooms/${segment(roomId)}/invites` });
  }

  invite(roomId: string, userIds: readonly string[]): Promise<Committed> {
    return this.change('POST', `/rooms/${segment(roomId)}/invites`, { userIds });
  }

  /** Takes an invitation back; one's own id declines it. */
  revokeInvite(roomId: string, userId: string): Promise<Committed> {
    return this.change('DELETE', `/rooms/${segment(roomId)}/invites/${segment(userId)}`);
  }

  bans(roomId: string, options: PageOptions = {}): Promise<Page<Ban>> {
    return this.http.request({ method: 'GET', path: `/rooms/${segment(roomId)}/bans`, query: { ...options } });
  }

  ban(roomId: string, userId: string, reason?: string): Promise<Committed> {
    return this.change('POST', `/rooms/${segment(roomId)}/bans`, { userId, ...(reason === undefined ? {} : { reason }) });
  }

  unban(roomId: string, userId: string): Promise<Committed> {
    return this.change('DELETE', `/rooms/${segment(roomId)}/bans/${segment(userId)}`);
  }

  /** What the person has chosen for rooms; a room that isn't among them goes by the default. */
  async preferences(): Promise<readonly RoomPreference[]> {
    const path = '/preferences/rooms';
    return (await this.http.request<Page<RoomPreference>>({ method: 'GET', path, keptAs: path })).items;
  }

  /** Chooses of which messages of a room the person is told; null goes back to the default. */
  choosePreference(roomId: string, notify: RoomNotify | null): Promise<RoomPreference> {
    return this.change('PUT', `/rooms/${segment(roomId)}/preference`, { notify });
  }

  private change<Result>(method: HttpCall['method'], path: string, body?: unknown): Promise<Result> {
    return this.http.request({ method, path, body, key: this.environment.newKey() });
  }
}
