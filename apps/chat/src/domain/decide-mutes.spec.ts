import { type Command, type CommandData, type CommandType } from '@agent-chat/contracts';
import { newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { decide } from './decide';
import { RoomChange, type RowNotes } from './room-change';
import { absentRoom, type RoomState } from './room-state';

const [owner, member] = [newId<UserId>(), newId<UserId>()];
const AT = '2026-01-02T03:04:05.678Z';

/** A public room of an owner and a member, and what is noted of mutes. */
class Scene {
  readonly room = absentRoom(newId<RoomId>(), 0);
  readonly payloads: object[] = [];
  readonly leftMutedNotes: [userId: UserId, exists: boolean][] = [];
  private readonly notes = new Proxy({} as RowNotes, { get: (_, name) => this.note(String(name)) });

  constructor() {
    this.do(owner, 'room.create', { kind: 'public', name: 'lobby', topic: '', memberIds: [member] });
  }

  do<Type extends CommandType>(actorId: UserId, type: Type, data: CommandData<Type>): void {
    const command = { type, roomId: this.room.roomId, actorId, key: 'k', requestId: newId(), gatewayId: newId(), data } as unknown as Command;
    decide(new RoomChange(this.room, actorId, AT, this.notes), command);
  }

  mute(muted: boolean): void {
    this.do(owner, 'member.update', { userId: member, muted });
  }

  post(): void {
    this.do(member, 'message.post', { messageId: newId<MessageId>(), text: 'x' });
  }

  private note(name: string): unknown {
    if (name === 'event') return (_: RoomState, { payload }: { payload: object }) => this.payloads.push(payload);
    if (name === 'leftMuted') return (_: RoomState, userId: UserId, exists: boolean) => this.leftMutedNotes.push([userId, exists]);
    return () => undefined;
  }
}

describe('a mute', () => {
  const departures: [string, (scene: Scene) => void][] = [
    ['leaves', (scene) => scene.do(member, 'room.leave', {})],
    ['is removed', (scene) => scene.do(owner, 'member.remove', { userId: member })],
    [
      'is banned and unbanned',
      (scene) => {
        scene.do(owner, 'member.ban', { userId: member });
        scene.do(owner, 'member.unban', { userId: member });
      },
    ],
  ];
  const returns: [string, (scene: Scene) => void][] = [
    ['joins', (scene) => scene.do(member, 'room.join', {})],
    ['is added', (scene) => scene.do(owner, 'member.add', { userIds: [member] })],
    [
      'follows an invitation',
      (scene) => {
        scene.do(owner, 'member.invite', { userIds: [member] });
        scene.do(member, 'room.join', {});
      },
    ],
  ];
  const ways = departures.flatMap(([how, go]) => returns.map(([back, come]) => ({ how, back, go, come })));

  it.each(ways)('stays with somebody who $how and $back', ({ go, come }) => {
    const scene = new Scene();
    scene.mute(true);

    go(scene);
    come(scene);

    expect(scene.payloads.at(-1)).toEqual({ userId: member, role: 'member', muted: true });
    expect(() => scene.post()).toThrow(expect.objectContaining({ code: 'MUTED' }));
    expect(() => scene.do(member, 'member.update', { userId: member, muted: false })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(scene.leftMutedNotes).toEqual([
      [member, true],
      [member, false],
    ]);
  });

  it('is forgotten when it was lifted', () => {
    const scene = new Scene();
    scene.mute(true);
    scene.do(member, 'room.leave', {});
    scene.do(member, 'room.join', {});
    scene.mute(false);
    scene.do(member, 'room.leave', {});
    scene.do(member, 'room.join', {});

    expect(scene.payloads.at(-1)).toEqual({ userId: member, role: 'member' });
    scene.post();
  });

  it('goes by the membership where what was stored says something else', () => {
    const scene = new Scene();
    // As an owner of the release before leaves it, which let somebody in without knowing.
    scene.room.leftMutedIds.add(member);
    scene.do(member, 'room.leave', {});
    scene.do(member, 'room.join', {});

    expect(scene.leftMutedNotes).toEqual([[member, false]]);
    scene.post();
  });
});
