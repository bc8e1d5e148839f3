import { newId, type UserId } from '@agent-chat/kernel';
import { GatewayCluster } from './gateway-cluster';

describe('Watching people', () => {
  it('is told to the presence service together, and answered to each', async () => {
    const cluster = new GatewayCluster();
    const told: string[][] = [];
    cluster.queries.answer('presence.report', async () => ({}));
    cluster.queries.answer('presence.get', async ({ userIds }) => ({
      presences: userIds.map((userId) => ({ userId: userId as UserId, status: 'away' as const })),
    }));
    cluster.queries.answer('presence.watch', async ({ open }) => {
      if (open.userIds.length > 0) told.push(open.userIds);
      return {};
    });
    const gateway = await cluster.start();
    const sockets = await Promise.all(Array.from({ length: 10 }, () => cluster.connect(gateway)));
    told.length = 0;

    const watched = sockets.map(() => newId<UserId>());
    const calls = Array.from({ length: 20 }, () => sockets.map((socket, at) => socket.call('presence.watch', { userIds: [watched[at]] }))).flat();
    expect(await Promise.all(calls)).toEqual(calls.map(() => ({ ok: true })));

    expect(told.length).toBeLessThan(10);
    expect(told.flat().sort()).toEqual([...watched].sort());
    for (const [at, socket] of sockets.entries()) expect(socket.named('ephemeral')[0]).toEqual([{ type: 'presence', userId: watched[at], status: 'away' }]);
    await cluster.stop();
  });
});
