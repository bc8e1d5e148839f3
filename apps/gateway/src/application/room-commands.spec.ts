import { COMMANDS, validate } from '@agent-chat/contracts';
import { AppError, directRoomId, keyedRoomId, newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { createRoom, editMessage, postMessage, updateMember, updateRoom } from './room-commands';

const [ann, bob, eve] = [newId<UserId>(), newId<UserId>(), newId<UserId>()];
const caller = { actorId: ann, key: 'key-1', roomId: newId<RoomId>() };

describe('commands of a room', () => {
  it('name a new message anew each time, for one key', () => {
    const [first, second] = [postMessage(caller, { text: 'hi' }), postMessage(caller, { text: 'hi' })];

    expect(first).toMatchObject({ type: 'message.post', ...caller, data: { text: 'hi' } });
    expect(first.data.messageId).not.toBe(second.data.messageId);
    expect(first.data).not.toHaveProperty('replyTo');
  });

  it('give the direct room of two people one id, whoever asks and with whatever key', () => {
    const room = createRoom(caller, { kind: 'direct', memberIds: [bob], name: 'ignored' });

    expect(room.roomId).toBe(directRoomId(ann, bob));
    expect(createRoom({ actorId: bob, key: undefined }, { kind: 'direct', memberIds: [ann] }).roomId).toBe(room.roomId);
    expect(room.data).toEqual({ kind: 'direct', name: '', topic: '', memberIds: [bob] });
  });

  it('refuse a direct room with oneself', () => {
    expect(() => createRoom(caller, { kind: 'direct', memberIds: [ann] })).toThrow(AppError);
  });

  it('give a room made with a key an id of that key, and another one each time without', () => {
    const room = { kind: 'private', name: 'lobby', memberIds: [bob, eve, bob, ann] } as const;

    const keyed = createRoom(caller, { ...room, memberIds: [...room.memberIds] });

    expect(keyed.roomId).toBe(keyedRoomId(ann, 'key-1'));
    expect(keyed.data.memberIds).toEqual([bob, eve]);
    const unkeyed = [1, 2].map(() => createRoom({ actorId: ann, key: undefined }, { kind: 'private', name: 'lobby' }).roomId);
    expect(new Set(unkeyed).size).toBe(2);
  });

  it('say only what was said', () => {
    expect(updateRoom(caller, { topic: '' }).data).toEqual({ topic: '' });
    expect(updateMember(caller, bob, { muted: false }).data).toEqual({ userId: bob, muted: false });
  });

  it('are what their schemas ask for', () => {
    const commands = [
      postMessage(caller, { text: 'hi', replyTo: newId<MessageId>() }),
      editMessage(caller, newId<MessageId>(), 'ho'),
      createRoom(caller, { kind: 'public', name: 'x' }),
    ];

    for (const { type, data } of commands) expect(validate(COMMANDS[type], data)).toEqual(data);
  });
});
