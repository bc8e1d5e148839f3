import { type Environment } from './clock';
import { type Unsubscribe } from './emitter';
import { AgentChatError } from './errors';
import { type KeptAnswers } from './kept-answers';
import { activityOf, roomAfter } from './room-after-event';
import { asKnownEvent, type RoomEvent } from './room-events';
import { OwnMarks } from './own-marks';
import { KEPT_ROOMS, type RoomsApi } from './rooms-api';
import { Store, type ReadableStore } from './store';
import { type MyMembership, type Room, type RoomHead, type RoomPage, type RoomsFrame } from './types';

/** The person's rooms; a new object after each change. */
export interface RoomListSnapshot {
  /** Newest activity first. */
  readonly rooms: readonly Room[];
  /** Whether the list was read from the server. */
  readonly loaded: boolean;
  /** The rooms are those that were kept: the server hasn't been reached yet. */
  readonly kept: boolean;
  /** Some rooms can't be reached now; those that were known stay in the list, as they were. It is read again until it is whole. */
  readonly incomplete: boolean;
  readonly unreadCount: number;
  readonly mentionCount: number;
}

const NOTHING_YET: RoomListSnapshot = { rooms: [], loaded: false, kept: false, incomplete: false, unreadCount: 0, mentionCount: 0 };
const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** After activity in rooms that aren't followed, their newest messages are read at most so often. */
const PREVIEW_DELAY_MS = 1_500;
const PREVIEW_PAGE = 30;
const RETRY_MS = 5_000;
/** A server may be a little behind what another has delivered: then a room is asked for again. */
const BEHIND = { afterMs: 1_000, tries: 3 };
/** Whoever puts a room in may have asked before anything was changed here. */
const LONG_AGO = -1;

/** The person's rooms with badges and newest messages, sorted by activity and kept up to date by `rooms`, `heads` and the events of followed rooms. */
export class RoomList implements ReadableStore<RoomListSnapshot> {
  private readonly store: Store<RoomListSnapshot>;
  private rooms = new Map<string, Room>();
  private rev: number | undefined;
  private loading: Promise<void> | undefined;
  private isStale = false;
  private isLoaded = false;
  private isKept = false;
  private isIncomplete = false;
  private previewTimer: (() => void) | undefined;
  private retryTimer: (() => void) | undefined;
  private readonly marks = new OwnMarks();

  constructor(
    private readonly api: RoomsApi,
    private readonly environment: Environment,
    private readonly me: () => string | undefined,
    private readonly onError: (error: AgentChatError) => void,
    private readonly kept?: KeptAnswers,
    /** A mark was set back elsewhere. */
    private readonly onSetBack: (roomId: string) => void = () => undefined,
  ) {
    this.store = new Store(NOTHING_YET, (error) => onError(AgentChatError.from(error)));
  }

  readonly getSnapshot = (): RoomListSnapshot => this.store.getSnapshot();

  readonly subscribe = (listener: () => void): Unsubscribe => this.store.subscribe(listener);

  get(roomId: string): Room | undefined {
    return this.rooms.get(roomId);
  }

  /** Reads all of it from the server. Rejects when that fails; a read asked for meanwhile follows. */
  load(): Promise<void> {
    this.isStale = this.loading !== undefined;
    this.loading ??= this.readAll().finally(() => {
      this.loading = undefined;
      if (this.isStale) this.reload();
    });
    return this.loading;
  }

  /** Puts a room in, as it was just answered. */
  put(room: Room): void {
    this.putAsked(room, LONG_AGO);
  }

  /** Follows the list: any `rev` but the expected one means that something was missed. */
  receiveRooms({ rev, changes }: RoomsFrame): void {
    if (!this.isLoaded && this.loading === undefined) return;
    if (this.rev === undefined || this.loading !== undefined || rev !== this.rev + changes.length) {
      if (rev !== this.rev || this.loading !== undefined) this.reload();
      return;
    }
    this.rev = rev;
    for (const { roomId, change } of changes) this.applyChange(roomId, change);
  }

  receiveHeads(heads: readonly RoomHead[]): void {
    for (const { roomId, head, ...badges } of heads) {
      const room = this.rooms.get(roomId);
      if (room === undefined) continue;
      const isActive = head > room.head;
      if (isActive) this.refreshPreviews();
      const told: Room = {
        ...room,
        head: Math.max(head, room.head),
        ...(isActive ? { updatedAt: this.now() } : {}),
        ...(room.me === undefined ? {} : { me: { ...room.me, ...badges } }),
      };
      this.rooms.set(roomId, this.withOwnMark(told, this.marks.turn));
    }
    this.publish();
  }

  /** An event of a room that is followed live: `heads` are not sent for those. */
  receiveEvent(event: RoomEvent): void {
    const room = this.rooms.get(event.roomId);
    if (room === undefined || event.seq <= room.head) return;
    const known = asKnownEvent(event);
    this.rooms.set(event.roomId, { ...(known === undefined ? room : roomAfter(room, known, this.me(), this.now())), head: event.seq });
    this.publish();
    // Whether somebody who was banned had been a member the event doesn't say.
    if (known?.type === 'member.banned') this.recount(event.roomId, event.seq);
  }

  /** Events of the room come from beyond `seq` on: what happened before and isn't known here is asked for. */
  followedFrom(roomId: string, seq: number): void {
    if (seq > (this.rooms.get(roomId)?.head ?? seq)) this.recount(roomId, seq);
  }

  /** The person has read so far, which never goes back. `unreadCount` is the server's, when it has answered. */
  markedRead(roomId: string, seq: number, unreadCount?: number): void {
    if (unreadCount !== undefined) this.marks.told(roomId, seq);
    const room = this.rooms.get(roomId);
    // The server may answer to a mark while the next one is on its way.
    if (room?.me === undefined || seq < room.me.readSeq) return;
    if (unreadCount === undefined && seq > room.me.readSeq) this.marks.moved(room, seq);
    this.setMark(room, room.me, seq, unreadCount);
  }

  /** The server has set the mark back to here. */
  markedUnread(roomId: string, seq: number, unreadCount: number): void {
    const room = this.rooms.get(roomId);
    if (room?.me === undefined) return;
    this.marks.setBack(room, seq);
    this.setMark(room, room.me, seq, unreadCount);
  }

  /** Badges may have changed while nobody told. */
  connected(): void {
    if (this.isLoaded) this.reload();
  }

  /** Forgets everything: somebody else is signed in. */
  clear(): void {
    this.close();
    this.rooms.clear();
    this.marks.clear();
    this.rev = undefined;
    this.isLoaded = this.isIncomplete = false;
    this.publish();
  }

  close(): void {
    this.previewTimer?.();
    this.retryTimer?.();
    this.previewTimer = this.retryTimer = undefined;
  }

  private putAsked(room: Room, askedIn: number): void {
    this.rooms.set(room.roomId, this.withOwnMark(room, askedIn));
    this.publish();
  }

  private setMark(room: Room, me: MyMembership, seq: number, unreadCount: number | undefined): void {
    const counts = seq >= room.head ? { unreadCount: 0, mentionCount: 0 } : { unreadCount: unreadCount ?? me.unreadCount };
    this.rooms.set(room.roomId, { ...room, me: { ...me, readSeq: seq, ...counts } });
    this.publish();
  }

  private reload(): void {
    this.load().catch((error: unknown) => {
      this.onError(AgentChatError.from(error));
      this.reloadLater();
    });
  }

  private reloadLater(): void {
    this.retryTimer?.();
    this.retryTimer = this.environment.after(RETRY_MS, () => this.reload());
  }

  private async readAll(): Promise<void> {
    const listed: Room[] = [];
    let isIncomplete = false;
    // The first page's `rev`: what changed while the others were read comes as a change.
    let rev: number | undefined;
    const askedIn = this.marks.turn;
    let cursor: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      // What was kept is better than nothing, and worse than anything else.
      const page: RoomPage = await this.api.list({ limit: PAGE_SIZE, cursor, orKept: !this.isLoaded && cursor === undefined });
      this.isKept = page.kept === true;
      rev ??= page.rev;
      isIncomplete ||= page.incomplete === true;
      listed.push(...page.items);
      cursor = page.next;
      if (cursor === undefined) break;
    }
    const rooms = new Map(listed.map((room) => [room.roomId, this.newer(room, askedIn)]));
    // What is missing from such a list may well be there.
    this.rooms = isIncomplete ? new Map([...this.rooms, ...rooms]) : rooms;
    this.isIncomplete = isIncomplete;
    this.rev = rev;
    this.isLoaded = true;
    if (this.isKept || isIncomplete) this.reloadLater();
    this.publish();
  }

  /** The room as listed, unless its events have told more meanwhile. */
  private newer(room: Room, askedIn: number): Room {
    const known = this.rooms.get(room.roomId);
    return known?.epoch === room.epoch && known.head > room.head ? known : this.withOwnMark(room, askedIn);
  }

  private withOwnMark(room: Room, askedIn: number): Room {
    const known = this.rooms.get(room.roomId);
    const marked = this.marks.inRoom(room, known, askedIn);
    if ((marked.me?.readSeq ?? 0) < (known?.me?.readSeq ?? 0)) this.onSetBack(room.roomId);
    return marked;
  }

  private applyChange(roomId: string, change: string): void {
    // May come in again, and isn't in.
    if (change === 'unbanned') return;
    if (change === 'left' || change === 'removed' || change === 'banned' || change === 'uninvited') {
      this.rooms.delete(roomId);
      return this.publish();
    }
    this.ask(roomId, (room, askedIn) => this.putAsked(room, askedIn));
  }

  private recount(roomId: string, seq: number): void {
    const put = (room: Room, askedIn: number): void => {
      if (!this.rooms.has(roomId)) return;
      this.rooms.set(roomId, { ...this.newer(room, askedIn), memberCount: room.memberCount });
      this.publish();
    };
    this.ask(roomId, put, seq);
  }

  /** Puts the room as the server answers, again while it knows less than what was delivered. */
  private ask(roomId: string, put: (room: Room, askedIn: number) => void, seq = 0, tries = BEHIND.tries): void {
    const askedIn = this.marks.turn;
    this.api.get(roomId).then(
      (room) => {
        const known = this.rooms.get(roomId);
        const delivered = known?.epoch === room.epoch ? Math.max(known.head, seq) : 0;
        put(room, askedIn);
        const isBehind = room.head < delivered && tries > 1;
        // Not where the person has left the room meanwhile, or somebody else has signed in.
        if (isBehind) this.environment.after(BEHIND.afterMs, () => this.rooms.has(roomId) && this.ask(roomId, put, delivered, tries - 1));
      },
      (error: unknown) => this.onError(AgentChatError.from(error)),
    );
  }

  private now(): string {
    return new Date(this.environment.nowMs()).toISOString();
  }

  /** Rooms that were active are on the first page: one call brings the newest messages of them all. */
  private refreshPreviews(): void {
    this.previewTimer ??= this.environment.after(PREVIEW_DELAY_MS, () => {
      this.previewTimer = undefined;
      const askedIn = this.marks.turn;
      this.api.list({ limit: PREVIEW_PAGE }).then(
        ({ items }) => {
          for (const room of items) if (this.rooms.has(room.roomId)) this.rooms.set(room.roomId, this.newer(room, askedIn));
          this.publish();
        },
        (error: unknown) => this.onError(AgentChatError.from(error)),
      );
    });
  }

  private publish(): void {
    const rooms = [...this.rooms.values()].sort((one, other) => activityOf(other).localeCompare(activityOf(one)) || one.roomId.localeCompare(other.roomId));
    const sum = (count: 'unreadCount' | 'mentionCount'): number => rooms.reduce((total, room) => total + (room.me?.[count] ?? 0), 0);
    if (this.isLoaded) this.kept?.keepSoon(KEPT_ROOMS, () => ({ items: this.getSnapshot().rooms.slice(0, PAGE_SIZE), rev: this.rev }));
    this.store.set({
      rooms,
      loaded: this.isLoaded,
      kept: this.isKept,
      incomplete: this.isIncomplete,
      unreadCount: sum('unreadCount'),
      mentionCount: sum('mentionCount'),
    });
  }
}
