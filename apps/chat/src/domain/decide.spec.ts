import { type Command, type CommandData, type CommandType, type RoomEventType } from '@agent-chat/contracts';
import { AppError, newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { decide } from './decide';
import { RoomChange, type Decision, type RowNotes } from './room-change';
import { absentRoom, type RoomState } from './room-state';

const [owner, admin, member, guest, stranger] = [newId<UserId>(), newId<UserId>(), newId<UserId>(), newId<UserId>(), newId<UserId>()];
const AT = '2026-01-02T03:04:05.678Z';

/** Notes every event; what else is noted is checked where it is stored. */
class NotedEvents implements RowNotes {
  readonly events: { seq: number; type: RoomEventType; payload: object }[] = [];
  readonly mentioned: string[] = [];
  event(_room: RoomState, { seq, type, payload }: { seq: number; type: RoomEventType; payload: object }): void {
    this.events.push({ seq, type, payload });
  }
  mention(_room: RoomState, userId: string, _seq: number, exists: boolean): void {
    this.mentioned.push(`${exists ? '+' : '-'}${userId}`);
  }
  room(): void {}
  member(): void {}
  leftMuted(): void {}
  ban(): void {}
  invite(): void {}
  message(): void {}
  revision(): void {}
  redaction(): void {}
  attachments(): void {}
  reaction(): void {}
  markAtHead(): void {}
}

/** A room with one member of each role, and what happens to it. */
class Scene {
  readonly room = absentRoom(newId<RoomId>(), 0);
  readonly notes = new NotedEvents();

  constructor(kind: 'public' | 'private' | 'announcement' | 'direct' = 'private') {
    this.do(owner, 'room.create', { kind, name: 'lobby', topic: '', memberIds: kind === 'direct' ? [member] : [admin, member, guest] });
    if (kind !== 'direct') {
      this.do(owner, 'member.update', { userId: admin, role: 'admin' });
      this.do(owner, 'member.update', { userId: guest, role: 'guest' });
    }
    this.notes.events.length = 0;
  }

  do<Type extends CommandType>(actorId: UserId, type: Type, data: CommandData<Type>): Decision {
    const command = { type, roomId: this.room.roomId, actorId, key: 'k', requestId: newId(), gatewayId: newId(), data } as unknown as Command;
    return decide(new RoomChange(this.room, actorId, AT, this.notes), command);
  }

  post(actorId: UserId, text = 'hello'): MessageId {
    const messageId = newId<MessageId>();
    this.do(actorId, 'message.post', { messageId, text });
    return messageId;
  }

  /** The code of the refusal; a refusal must have changed nothing. */
  refusal<Type extends CommandType>(actorId: UserId, type: Type, data: CommandData<Type>): string {
    const before = JSON.stringify([this.room, [...this.room.members], [...this.room.bannedIds], [...this.room.invites], this.notes.events]);
    try {
      this.do(actorId, type, data);
    } catch (error) {
      expect(JSON.stringify([this.room, [...this.room.members], [...this.room.bannedIds], [...this.room.invites], this.notes.events])).toBe(before);
      return error instanceof AppError ? error.code : String(error);
    }
    return 'accepted';
  }

  get types(): string[] {
    return this.notes.events.map(({ type }) => type);
  }
}

describe('creating a room', () => {
  it('starts its log with the room, its owner and its first members', () => {
    const room = absentRoom(newId<RoomId>(), 0);
    const notes = new NotedEvents();
    const data = { kind: 'public' as const, name: 'lobby', topic: 'all', memberIds: [member, member, owner] };
    decide(new RoomChange(room, owner, AT, notes), { type: 'room.create', roomId: room.roomId, actorId: owner, data } as Command);

    expect(notes.events).toEqual([
      { seq: 1, type: 'room.created', payload: { kind: 'public', name: 'lobby', topic: 'all' } },
      { seq: 2, type: 'member.joined', payload: { userId: owner, role: 'owner' } },
      { seq: 3, type: 'member.joined', payload: { userId: member, role: 'member' } },
    ]);
  });

  it('answers a direct room that exists, and brings back a caller who had left', () => {
    const scene = new Scene('direct');
    const again = { kind: 'direct' as const, name: '', topic: '', memberIds: [member] };
    expect(scene.do(owner, 'room.create', again)).toEqual({ changed: false });
    expect(scene.types).toEqual([]);

    scene.do(owner, 'room.leave', {});
    expect(scene.do(owner, 'room.create', again)).toEqual({ changed: false });

    expect(scene.types).toEqual(['member.left', 'member.joined']);
    expect(scene.room.members.has(owner)).toBe(true);
  });

  it('brings back who left a direct room when the other writes in it', () => {
    const scene = new Scene('direct');
    scene.do(member, 'room.leave', {});
    scene.post(owner);
    scene.post(owner);
    expect(scene.types).toEqual(['member.left', 'member.joined', 'message.posted', 'message.posted']);
    expect([...scene.room.members.keys()].sort()).toEqual([owner, member].sort());
    const group = new Scene();
    group.do(guest, 'room.leave', {});
    group.post(owner);
    expect(group.types).toEqual(['member.left', 'message.posted']);
  });

  it('refuses another room under the same id', () => {
    expect(new Scene().refusal(stranger, 'room.create', { kind: 'private', name: 'x', topic: '', memberIds: [] })).toBe('ROOM_EXISTS');
  });
});

describe('who may do what', () => {
  const messageId = newId<MessageId>();
  it.each<[string, 'public' | 'private' | 'announcement' | 'direct', UserId, CommandType, object, string]>([
    ['a stranger cannot tell a private room from none', 'private', stranger, 'message.post', { messageId, text: 'x' }, 'ROOM_NOT_FOUND'],
    ['a stranger must join a public room to post', 'public', stranger, 'message.post', { messageId, text: 'x' }, 'NOT_A_MEMBER'],
    ['only admins post in an announcement room', 'announcement', member, 'message.post', { messageId, text: 'x' }, 'FORBIDDEN'],
    ['an admin posts in an announcement room', 'announcement', admin, 'message.post', { messageId, text: 'x' }, 'accepted'],
    ['a guest posts', 'private', guest, 'message.post', { messageId, text: 'x' }, 'accepted'],
    ['a guest brings nobody in', 'private', guest, 'member.add', { userIds: [stranger] }, 'FORBIDDEN'],
    ['a member brings people in', 'private', member, 'member.add', { userIds: [stranger] }, 'accepted'],
    ['a member of an announcement room does not', 'announcement', member, 'member.add', { userIds: [stranger] }, 'FORBIDDEN'],
    ['nobody is added to a direct room', 'direct', owner, 'member.add', { userIds: [stranger] }, 'FORBIDDEN'],
    ['a member changes no settings', 'private', member, 'room.update', { name: 'x' }, 'FORBIDDEN'],
    ['an admin renames', 'private', admin, 'room.update', { name: 'x' }, 'accepted'],
    ['an admin does not change the kind', 'private', admin, 'room.update', { kind: 'public' }, 'FORBIDDEN'],
    ['an owner changes the kind', 'private', owner, 'room.update', { kind: 'public' }, 'accepted'],
    ['a direct room has no settings', 'direct', owner, 'room.update', { name: 'x' }, 'FORBIDDEN'],
    ['an admin does not archive', 'private', admin, 'room.archive', {}, 'FORBIDDEN'],
    ['nobody joins a private room uninvited', 'private', stranger, 'room.join', {}, 'ROOM_NOT_FOUND'],
    ['anybody joins a public room', 'public', stranger, 'room.join', {}, 'accepted'],
    ['a stranger does not join a direct room', 'direct', stranger, 'room.join', {}, 'ROOM_NOT_FOUND'],
    ['an admin removes a member', 'private', admin, 'member.remove', { userId: member }, 'accepted'],
    ['an admin does not remove the owner', 'private', admin, 'member.remove', { userId: owner }, 'FORBIDDEN'],
    ['a member removes nobody', 'private', member, 'member.remove', { userId: guest }, 'FORBIDDEN'],
    ['an admin does not make admins', 'private', admin, 'member.update', { userId: member, role: 'admin' }, 'FORBIDDEN'],
    ['an owner makes admins', 'private', owner, 'member.update', { userId: member, role: 'admin' }, 'accepted'],
    ['an admin mutes', 'private', admin, 'member.update', { userId: member, muted: true }, 'accepted'],
    ['an admin does not mute the owner', 'private', admin, 'member.update', { userId: owner, muted: true }, 'FORBIDDEN'],
    ['an admin bans a member', 'private', admin, 'member.ban', { userId: member }, 'accepted'],
    ['nobody bans themselves', 'private', admin, 'member.ban', { userId: admin }, 'FORBIDDEN'],
    ['there is no member to change who is not one', 'private', admin, 'member.update', { userId: stranger, muted: true }, 'MEMBER_NOT_FOUND'],
    ['the last owner cannot leave the others', 'private', owner, 'room.leave', {}, 'LAST_OWNER'],
    ['the last owner cannot step down', 'private', owner, 'member.update', { userId: owner, role: 'member' }, 'LAST_OWNER'],
    ['a member leaves', 'private', member, 'room.leave', {}, 'accepted'],
    ['nothing answers a message that is not there', 'private', member, 'message.post', { messageId, text: 'x', replyTo: messageId }, 'MESSAGE_NOT_FOUND'],
    ['nothing is edited that is not there', 'private', member, 'message.edit', { messageId, text: 'x' }, 'MESSAGE_NOT_FOUND'],
    ['nothing is reacted to that is not there', 'private', member, 'reaction.add', { messageId, emoji: '👍' }, 'MESSAGE_NOT_FOUND'],
  ])('%s', (_title, kind, actor, type, data, outcome) => {
    expect(new Scene(kind).refusal(actor, type, data as never)).toBe(outcome);
  });
});

describe('access', () => {
  it('lets the invited in, once', () => {
    const scene = new Scene('private');
    scene.do(member, 'member.invite', { userIds: [stranger] });
    expect(scene.do(stranger, 'room.join', {}).changed).toBe(true);
    scene.do(stranger, 'room.leave', {});

    expect(scene.refusal(stranger, 'room.join', {})).toBe('ROOM_NOT_FOUND');
  });

  it('lets the invited decline, and the inviter take it back', () => {
    const scene = new Scene('private');
    scene.do(member, 'member.invite', { userIds: [stranger] });
    expect(scene.refusal(guest, 'invite.revoke', { userId: stranger })).toBe('FORBIDDEN');
    expect(scene.do(stranger, 'invite.revoke', { userId: stranger }).changed).toBe(true);
    expect(scene.do(member, 'invite.revoke', { userId: stranger }).changed).toBe(false);
  });

  it('archives a room with its last owner, when nobody else is in it', () => {
    const scene = new Scene('public');
    for (const userId of [admin, member, guest]) scene.do(userId, 'room.leave', {});
    scene.do(stranger, 'room.join', {});
    expect(scene.refusal(owner, 'room.leave', {})).toBe('LAST_OWNER');
    scene.do(stranger, 'room.leave', {});
    scene.notes.events.length = 0;

    scene.do(owner, 'room.leave', {});

    expect(scene.types).toEqual(['room.archived', 'member.left']);
    expect(scene.refusal(stranger, 'room.join', {})).toBe('ROOM_ARCHIVED');
    expect(scene.refusal(owner, 'room.join', {})).toBe('ROOM_ARCHIVED');
  });

  it('keeps the banned out until the ban ends', () => {
    const scene = new Scene('public');
    scene.do(admin, 'member.ban', { userId: member });
    expect(scene.refusal(member, 'room.join', {})).toBe('BANNED');
    expect(scene.refusal(member, 'message.post', { messageId: newId(), text: 'x' })).toBe('ROOM_NOT_FOUND');
    expect(scene.refusal(admin, 'member.add', { userIds: [member] })).toBe('BANNED');

    scene.do(admin, 'member.unban', { userId: member });

    expect(scene.do(member, 'room.join', {}).changed).toBe(true);
  });

  it('silences the muted', () => {
    const scene = new Scene();
    const messageId = scene.post(member);
    scene.do(admin, 'member.update', { userId: member, muted: true });

    expect(scene.refusal(member, 'message.post', { messageId: newId(), text: 'x' })).toBe('MUTED');
    expect(scene.refusal(member, 'message.edit', { messageId, text: 'x' })).toBe('MUTED');
    expect(scene.refusal(member, 'reaction.add', { messageId, emoji: '👍' })).toBe('MUTED');
  });

  it('leaves it to others to unmute an admin', () => {
    const scene = new Scene();
    scene.do(owner, 'member.update', { userId: admin, muted: true });

    expect(scene.refusal(admin, 'member.update', { userId: admin, muted: false })).toBe('FORBIDDEN');
    expect(scene.do(admin, 'member.update', { userId: admin, role: 'member' }).changed).toBe(true);
    expect(scene.do(owner, 'member.update', { userId: admin, muted: false }).changed).toBe(true);
  });

  it('closes an archived room to every change', () => {
    const scene = new Scene('public');
    const messageId = scene.post(member);
    scene.do(owner, 'room.archive', {});

    expect(scene.refusal(member, 'message.post', { messageId: newId(), text: 'x' })).toBe('ROOM_ARCHIVED');
    expect(scene.refusal(member, 'message.delete', { messageId })).toBe('ROOM_ARCHIVED');
    expect(scene.refusal(stranger, 'room.join', {})).toBe('ROOM_ARCHIVED');
    expect(scene.refusal(owner, 'room.update', { name: 'x' })).toBe('ROOM_ARCHIVED');
  });
});

describe('messages', () => {
  it('are changed by their author only, and deleted by admins too', () => {
    const scene = new Scene();
    const messageId = scene.post(member);
    expect(scene.refusal(owner, 'message.edit', { messageId, text: 'x' })).toBe('FORBIDDEN');
    expect(scene.refusal(guest, 'message.delete', { messageId })).toBe('FORBIDDEN');
    expect(scene.do(admin, 'message.delete', { messageId }).changed).toBe(true);
    expect(scene.refusal(member, 'message.edit', { messageId, text: 'x' })).toBe('MESSAGE_DELETED');
    expect(scene.refusal(member, 'message.restore', { messageId })).toBe('FORBIDDEN');
    expect(scene.do(admin, 'message.restore', { messageId }).changed).toBe(true);
    expect(scene.types).toEqual(['message.posted', 'message.deleted', 'message.restored']);
  });

  it('take no event to become what they are', () => {
    const scene = new Scene();
    const messageId = scene.post(member, 'same');
    scene.do(member, 'reaction.add', { messageId, emoji: '👍' });
    const repeats = [
      scene.do(member, 'message.edit', { messageId, text: 'same' }),
      scene.do(member, 'reaction.add', { messageId, emoji: '👍' }),
      scene.do(guest, 'reaction.remove', { messageId, emoji: '👍' }),
      scene.do(admin, 'message.restore', { messageId }),
    ];

    expect(repeats.map(({ changed }) => changed)).toEqual([false, false, false, false]);
    expect(scene.types).toEqual(['message.posted', 'reaction.added']);
  });

  it('count reactions by emoji', () => {
    const scene = new Scene();
    const messageId = scene.post(member);
    for (const actor of [owner, admin, guest]) scene.do(actor, 'reaction.add', { messageId, emoji: '👍' });
    scene.do(admin, 'reaction.remove', { messageId, emoji: '👍' });

    expect(scene.notes.events.slice(1).map(({ payload }) => (payload as { count: number }).count)).toEqual([1, 2, 3, 2]);
  });

  it('take fifty different reactions and no more', () => {
    const scene = new Scene();
    const messageId = scene.post(member);
    for (let index = 0; index < 50; index++) scene.do(member, 'reaction.add', { messageId, emoji: `:e${String(index)}:` });

    expect(scene.refusal(member, 'reaction.add', { messageId, emoji: ':one_more:' })).toBe('LIMIT_REACHED');
    expect(scene.do(guest, 'reaction.add', { messageId, emoji: ':e1:' }).changed).toBe(true);
  });

  it('count as mentions for members other than the author, and follow edits', () => {
    const scene = new Scene();
    const messageId = scene.post(member, `<@${admin}> <@${stranger}> <@${member}> <@room>`);
    scene.do(member, 'message.edit', { messageId, text: `<@${guest}>` });

    const everyone = '00000000-0000-0000-0000-000000000000';
    expect(scene.notes.mentioned).toEqual([`+${admin}`, `+${everyone}`, `-${admin}`, `-${stranger}`, `-${everyone}`, `+${guest}`]);
  });
});
