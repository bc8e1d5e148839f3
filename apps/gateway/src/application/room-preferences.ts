import { type RoomNotify, type RoomPreference } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';

/** What people want of single rooms. Everything rejects with UNAVAILABLE when the directory can't be asked. */
export abstract class RoomPreferences {
  /** What somebody has chosen, the newest choice first, at most 1,000. */
  abstract of(userId: UserId): Promise<readonly RoomPreference[]>;

  /** Keeps a choice; null forgets it. The same choice again changes nothing. */
  abstract choose(userId: UserId, roomId: RoomId, notify: RoomNotify | null): Promise<void>;
}
