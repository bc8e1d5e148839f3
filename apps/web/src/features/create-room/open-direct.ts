import { client } from '../../core/client';
import { openRoom } from '../../core/router';
import { attempt } from '../../core/toasts';

/** Opens the one direct room with somebody, made when there is none. */
export async function openDirect(userId: string): Promise<boolean> {
  return attempt(async () => {
    const room = await client.rooms.direct(userId);
    client.roomList.put(room);
    openRoom(room.roomId);
  });
}
