import { type ClientEvents } from './client-events';
import { Emitter } from './emitter';
import { receiveFrame } from './frames';
import { type LiveRooms } from './live-rooms';
import { PresenceStore } from './presence';
import { type RoomList } from './room-list';
import { type EphemeralItem, type User } from './types';

describe('what the server sends', () => {
  it('of a changed profile is told with the whole address of a picture that the server has itself', () => {
    const emitter = new Emitter<ClientEvents>((error) => {
      throw error;
    });
    const told: EphemeralItem[] = [];
    emitter.on('ephemeral', (items) => told.push(...items));
    const presence = new PresenceStore(
      async () => Promise.resolve({}),
      () => undefined,
    );
    const unconcerned = { live: {} as unknown as LiveRooms, roomList: {} as unknown as RoomList, handles: new Map() };
    const profile = (avatarUrl?: string) => ({ type: 'profile' as const, userId: 'a', user: { ...ANN, ...(avatarUrl === undefined ? {} : { avatarUrl }) } });

    receiveFrame('ephemeral', [profile('/api/v1/users/a/avatar/1'), profile('https://example.com/a.png'), profile()], {
      ...unconcerned,
      ...{ url: 'https://chat.example', presence, emitter },
    });

    expect(told).toEqual([profile('https://chat.example/api/v1/users/a/avatar/1'), profile('https://example.com/a.png'), profile()]);
    expect(presence.getSnapshot().size).toBe(0);
  });
});

const ANN: User = { userId: 'a', username: 'ann', displayName: 'Ann Neu', bot: false };
