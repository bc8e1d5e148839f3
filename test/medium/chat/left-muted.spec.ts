import { type TestDatabase } from '@agent-chat/database/testing';
import { alice, bob, post } from './calls';
import { soundLogs } from './room-folds';
import { newLog, rigsEachTest } from './write-rig';

describe('who left muted', () => {
  let test: TestDatabase;
  const open = rigsEachTest('left_muted', (fresh) => {
    test = fresh;
  });

  it('comes in muted with an owner that only read of it, and not after the mute was lifted', async () => {
    const first = await open({ log: newLog() });
    const roomId = await first.newRoom(1, [bob], 'public');
    await first.send({ type: 'member.update', roomId, actorId: alice, data: { userId: bob, muted: true } });
    await first.send({ type: 'room.leave', roomId, actorId: bob, data: {} });
    await soundLogs(test, [roomId]);
    await first.stop();
    const second = await open({ log: newLog() });
    await second.send({ type: 'room.join', roomId, actorId: bob, data: {} });

    expect(await second.send(post(roomId, bob, 'muted'))).toMatchObject({ ok: false, error: { code: 'MUTED' } });
    await soundLogs(test, [roomId]);
    await second.send({ type: 'member.update', roomId, actorId: alice, data: { userId: bob, muted: false } });
    await second.send({ type: 'room.leave', roomId, actorId: bob, data: {} });
    await second.send({ type: 'room.join', roomId, actorId: bob, data: {} });
    expect(await second.send(post(roomId, bob, 'heard'))).toMatchObject({ ok: true });
    await soundLogs(test, [roomId]);
  });
});
