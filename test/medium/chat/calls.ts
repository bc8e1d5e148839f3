import { type CommandAnswer, type CommandData, type CommandType } from '@agent-chat/contracts';
import { newId, partitionOf, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';

export const PARTITIONS = 64;

/** The people of these specs. */
export const [alice, bob, carol] = [newId<UserId>(), newId<UserId>(), newId<UserId>()];

/** What somebody asks for; the key and the `requestId` are made where they don't matter. */
export interface Call<Type extends CommandType = CommandType> {
  readonly type: Type;
  readonly roomId: RoomId;
  readonly actorId: UserId;
  readonly data: CommandData<Type>;
  readonly key?: string;
  readonly requestId?: string;
}

/** A new room's id that lies in this partition. */
export function roomIn(partition: number): RoomId {
  for (;;) {
    const roomId = newId<RoomId>();
    if (partitionOf(roomId, PARTITIONS) === partition) return roomId;
  }
}

export function create(roomId: RoomId, actorId: UserId, memberIds: UserId[] = []): Call<'room.create'> {
  return { type: 'room.create', roomId, actorId, data: { kind: 'private', name: 'lobby', topic: '', memberIds } };
}

export function post(roomId: RoomId, actorId: UserId, text: string, key: string = newId()): Call<'message.post'> {
  return { type: 'message.post', roomId, actorId, key, data: { messageId: newId<MessageId>(), text } };
}

/** Where an answer says that its event lies, or the code of the refusal. */
export function seqOf(answer: CommandAnswer): number | string {
  return answer.ok ? answer.result.seq : answer.error.code;
}
