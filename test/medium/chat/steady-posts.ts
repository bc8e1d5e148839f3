import { newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { MOVED_TABLES } from '../../../apps/chat/src/infrastructure/move/moved-tables';
import { post, seqOf } from './calls';
import { type MoveRig } from './move-rig';

/** Posts into each room, one after the other, until told to stop. */
export class SteadyPosts {
  private readonly told: ReadonlyMap<RoomId, number[]>;
  private readonly posting: Promise<unknown>;
  private isOver = false;
  private longestMs = 0;

  constructor(
    private readonly rig: MoveRig,
    private readonly author: UserId,
    roomIds: readonly RoomId[],
  ) {
    this.told = new Map(roomIds.map((roomId) => [roomId, []]));
    this.posting = Promise.all(roomIds.map((roomId) => this.post(roomId)));
  }

  /** Stops. Everything acknowledged must be stored in the database named, in order, once, and nothing in the other; answers the longest wait in milliseconds. */
  async expectAllIn(name: string, empty: string): Promise<number> {
    this.isOver = true;
    await this.posting;
    for (const [roomId, told] of this.told) {
      const seqs = await this.seqsIn(name, roomId);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      // Two events made the room and its owner.
      expect(told).toEqual(seqs.slice(seqs.length - told.length));
      expect(seqs.length - told.length).toBe(2);
    }
    expect(await this.rig.rowsIn(empty, [...this.told.keys()])).toEqual(Object.fromEntries(MOVED_TABLES.map((table) => [table.name, []])));
    return this.longestMs;
  }

  private async post(roomId: RoomId): Promise<void> {
    while (!this.isOver) {
      const startedMs = performance.now();
      const answer = await this.rig.send(post(roomId, this.author, `hello ${newId()}`));
      this.longestMs = Math.max(this.longestMs, performance.now() - startedMs);
      this.told.get(roomId)?.push(seqOf(answer) as number);
    }
  }

  private async seqsIn(name: string, roomId: RoomId): Promise<number[]> {
    const rows = await this.rig.database.named(name).query<{ seq: number }>('SELECT seq FROM room_events WHERE room_id = $1 ORDER BY seq', [roomId]);
    return rows.map(({ seq }) => seq);
  }
}
