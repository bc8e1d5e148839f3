import { type Member, type User } from '@agent-chat/client';
import { useEffect } from 'react';
import { client } from './client';
import { people } from './people';
import { Store, useStore } from './store';

/** Who is in a room. */
export interface RoomMembers {
  readonly members: readonly Member[];
  readonly state: 'loading' | 'loaded' | 'failed';
  readonly error?: unknown;
  readonly hasMore: boolean;
}

const PAGE = 100;
const MAX_PAGES = 10;
const REFRESH_MS = 250;
const EMPTY: RoomMembers = { members: [], state: 'loading', hasMore: false };

/** The members of one room, read again when events say that they changed. */
class MemberList {
  readonly store = new Store<RoomMembers>(EMPTY);
  private followers = 0;
  private timer: number | undefined;
  private stop: (() => void) | undefined;

  constructor(private readonly roomId: string) {}

  follow(): () => void {
    if (this.followers++ === 0) {
      const stops = [
        client.on('event', ({ roomId, type }) => {
          if (roomId === this.roomId && type.startsWith('member.')) this.refreshSoon();
        }),
        client.on('ephemeral', (items) => {
          for (const item of items) if (item.type === 'profile') this.renew(item.user);
        }),
      ];
      this.stop = () => stops.forEach((stop) => stop());
      this.reload();
    }
    return () => {
      if (--this.followers > 0) return;
      this.stop?.();
      window.clearTimeout(this.timer);
    };
  }

  reload(): void {
    this.read().catch((error: unknown) => this.store.update((now) => ({ ...now, state: 'failed', error })));
  }

  private renew(user: User): void {
    this.store.update((now) => ({ ...now, members: now.members.map((member) => (member.user.userId === user.userId ? { ...member, user } : member)) }));
  }

  private refreshSoon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.reload(), REFRESH_MS);
  }

  private async read(): Promise<void> {
    const members: Member[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { items, next } = await client.rooms.members(this.roomId, { limit: PAGE, cursor });
      members.push(...items);
      cursor = next;
      if (cursor === undefined) break;
    }
    people.know(members.map(({ user }) => user));
    this.store.set({ members, state: 'loaded', hasMore: cursor !== undefined });
  }
}

const lists = new Map<string, MemberList>();

function listOf(roomId: string): MemberList {
  const known = lists.get(roomId);
  if (known !== undefined) return known;
  const list = new MemberList(roomId);
  lists.set(roomId, list);
  return list;
}

export function useRoomMembers(roomId: string): RoomMembers & { readonly reload: () => void } {
  const list = listOf(roomId);
  useEffect(() => list.follow(), [list]);
  return { ...useStore(list.store), reload: () => list.reload() };
}
