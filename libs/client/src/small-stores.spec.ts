import { PresenceStore } from './presence';
import { AgentChatError } from './errors';
import { ReadMarks } from './read-marks';
import { SteeredEnvironment, settle } from './testing/steered-environment';
import { RoomTyping } from './typing';

function wire(answer: (call: string) => object = () => ({})) {
  const calls: [string, unknown][] = [];
  const request = async (call: string, body: unknown) => {
    calls.push([call, body]);
    return answer(call);
  };
  return { calls, request };
}

describe('typing', () => {
  it('is told at most each 3 s, and its end at once', async () => {
    const [environment, { calls, request }] = [new SteeredEnvironment(), wire()];
    const typing = new RoomTyping('r', request, environment, () => undefined);
    typing.set(false);
    typing.set(true);
    await environment.advance(2_999);
    typing.set(true);
    expect(calls).toEqual([['typing.set', { roomId: 'r', typing: true }]]);
    await environment.advance(1);
    typing.set(true);
    typing.set(false);
    expect(calls.map(([, body]) => (body as { typing: boolean }).typing)).toEqual([true, true, false]);
  });

  it('of others expires without word of them', async () => {
    const environment = new SteeredEnvironment();
    const typing = new RoomTyping('r', wire().request, environment, () => undefined);
    typing.receive({ roomId: 'r', userId: 'u', typing: true });
    await environment.advance(5_000);
    typing.receive({ roomId: 'r', userId: 'u', typing: true });
    await environment.advance(5_999);
    expect(typing.getSnapshot()).toEqual(['u']);
    await environment.advance(1);
    expect(typing.getSnapshot()).toEqual([]);
  });
});

describe('read marks', () => {
  it('send the newest of each room once, and never go back', async () => {
    const [environment, { calls, request }] = [new SteeredEnvironment(), wire(() => ({ unreadCount: 0 }))];
    const marks = new ReadMarks(
      request,
      environment,
      () => undefined,
      () => undefined,
    );
    marks.connected();
    for (const seq of [3, 5, 4]) marks.mark('r', seq);
    await environment.advance(400);
    marks.mark('r', 5);
    await environment.advance(400);
    expect(calls).toEqual([['room.read', { roomId: 'r', seq: 5 }]]);
  });

  it('wait for the connection, and are sent again after a failure', async () => {
    let failures = 1;
    const environment = new SteeredEnvironment();
    const { calls, request } = wire(() => {
      if (failures-- > 0) throw new AgentChatError('TIMEOUT');
      return { unreadCount: 2 };
    });
    const marked: number[] = [];
    const marks = new ReadMarks(
      request,
      environment,
      (_, seq) => marked.push(seq),
      () => undefined,
    );
    marks.mark('r', 5);
    await environment.advance(10_000);
    expect(calls).toEqual([]);
    marks.connected();
    await environment.advance(400);
    await environment.advance(2_000);
    expect(calls).toHaveLength(2);
    expect(marked).toEqual([5]);
  });
});

describe('presence', () => {
  it('watches everyone who is asked for with one call, until nobody asks any more, and again after a reconnect', async () => {
    const { calls, request } = wire();
    const presence = new PresenceStore(request, () => undefined);
    presence.connected();
    const stop = presence.watch(['a', 'b']);
    presence.watch(['b', 'c']);
    await settle();
    stop();
    await settle();
    presence.disconnected();
    presence.connected();
    await settle();
    const watched = (...userIds: string[]) => ['presence.watch', { userIds }];
    expect(calls).toEqual([watched('a', 'b', 'c'), watched('b', 'c'), watched('b', 'c')]);
  });

  it('keeps what is told, in a new snapshot', () => {
    const presence = new PresenceStore(wire().request, () => undefined);
    const before = presence.getSnapshot();
    presence.receive([{ type: 'presence', userId: 'a', status: 'away' }]);
    expect(before.size).toBe(0);
    expect(presence.getSnapshot().get('a')).toEqual({ userId: 'a', status: 'away' });
  });
});
