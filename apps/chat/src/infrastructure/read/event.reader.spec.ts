import { DatabaseError, type Database, type PhysicalDatabase } from '@agent-chat/database';
import { newId, partitionOf, type RoomId, type UserId } from '@agent-chat/kernel';
import { EventReader } from './event.reader';

const PARTITIONS = 2;

function roomIn(partition: number): RoomId {
  for (;;) {
    const roomId = newId<RoomId>();
    if (partitionOf(roomId, PARTITIONS) === partition) return roomId;
  }
}

describe('opening rooms of two databases of which one is away', () => {
  const [well, away] = [roomIn(0), roomIn(1)];
  const row = { place: 1, kind: 'private', role: 'member', banned: false, invited: false, epoch: 1, head: 7, fence: 3, owner: 'owner', events: [] };
  const there = { name: 'there', query: () => Promise.resolve([row]) } as unknown as PhysicalDatabase;
  const gone = {
    name: 'gone',
    query: () => Promise.reject(new DatabaseError('outage', undefined, 'refused', undefined, undefined)),
  } as unknown as PhysicalDatabase;
  const reader = new EventReader({ partitionCount: PARTITIONS, shard: (partition: number) => (partition === 0 ? there : gone) } as unknown as Database);
  const open = (...roomIds: RoomId[]) => reader.open({ userId: newId<UserId>(), rooms: roomIds.map((roomId) => ({ roomId })), maxBytes: 1_000 });

  it('opens those of the other, and says of each that is refused that it may be tried again', async () => {
    const { rooms } = await open(away, well);

    expect(rooms).toMatchObject([
      { ok: false, roomId: away, error: { code: 'UNAVAILABLE', retryable: true } },
      { ok: true, roomId: well, head: 7, cursor: '1.7', more: false },
    ]);
  });

  it('refuses the call where there is nothing to open', async () => {
    await expect(open(away)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
