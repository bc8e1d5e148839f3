import { type ClientEvents } from './client-events';
import { type Emitter } from './emitter';
import { type LiveRooms } from './live-rooms';
import { type PresenceStore } from './presence';
import { type RoomHandle } from './room';
import { type RoomEvent } from './room-events';
import { type RoomList } from './room-list';
import { type EphemeralItem, type Resync, type RoomHead, type RoomsFrame } from './types';

type Forwarded = 'rooms' | 'heads' | 'drain' | 'closing';

const FORWARDED: ReadonlySet<string> = new Set<Forwarded>(['rooms', 'heads', 'drain', 'closing']);

/** Whom frames concern. */
interface Concerned {
  /** The server's address. */
  readonly url: string;
  readonly live: LiveRooms;
  readonly roomList: RoomList;
  readonly presence: PresenceStore;
  readonly handles: ReadonlyMap<string, RoomHandle>;
  readonly emitter: Emitter<ClientEvents>;
}

/** Tells those whom it concerns of what the server sent. */
export function receiveFrame(name: string, body: unknown, concerned: Concerned): void {
  const { live, roomList, emitter } = concerned;
  if (name === 'events') return live.receive(body as readonly RoomEvent[]);
  if (name === 'resync') {
    const { roomId, reason } = body as Resync;
    return live.resync(roomId, reason);
  }
  if (name === 'ephemeral') return receiveEphemeral(body as readonly EphemeralItem[], concerned);
  if (name === 'rooms') {
    const frame = body as RoomsFrame;
    roomList.receiveRooms(frame);
    for (const { roomId } of frame.changes) live.revive(roomId);
  }
  if (name === 'heads') roomList.receiveHeads(body as readonly RoomHead[]);
  if (FORWARDED.has(name)) emitter.emit(name as Forwarded, body as never);
}

function receiveEphemeral(sent: readonly EphemeralItem[], { url, presence, handles, emitter }: Concerned): void {
  const items = sent.map((item) => withAddress(item, url));
  presence.receive(items);
  for (const item of items) if (item.type === 'typing') handles.get(item.roomId)?.receiveTyping(item.userId, item.typing);
  emitter.emit('ephemeral', items);
}

/** Pictures that the server has itself are told by their path. */
function withAddress(item: EphemeralItem, url: string): EphemeralItem {
  if (item.type !== 'profile' || item.user.avatarUrl?.startsWith('/') !== true) return item;
  return { ...item, user: { ...item.user, avatarUrl: url + item.user.avatarUrl } };
}
