import { eventually } from '@agent-chat/testing';
import { SocketFlush } from './socket-flush';

class Counted {
  flushes = 0;
  flushedAtMs = -Infinity;
  isDue = false;

  constructor(private readonly busyMs = 0) {}

  flush(): void {
    this.flushes++;
    for (const until = performance.now() + this.busyMs; performance.now() < until;);
  }
}

describe('SocketFlush', () => {
  it('writes in the next tick after a pause, when everything that came together is there', async () => {
    const flush = new SocketFlush();
    const socket = new Counted();

    flush.add(socket);
    expect(socket.flushes).toBe(0);
    await new Promise<void>((next) => process.nextTick(next));

    expect(socket.flushes).toBe(1);
  });

  it('gathers for a socket that was just written to, and for no other', async () => {
    const flush = new SocketFlush();
    const [busy, quiet] = [new Counted(), new Counted()];
    flush.add(busy);
    await new Promise<void>((next) => process.nextTick(next));

    flush.add(busy);
    flush.add(quiet);
    await new Promise<void>((next) => process.nextTick(next));

    expect([busy.flushes, quiet.flushes]).toEqual([1, 1]);
    await eventually(() => {
      expect([busy.flushes, quiet.flushes]).toEqual([2, 1]);
      return Promise.resolve();
    });
  });

  it('writes in the next tick where an answer waits, however lately it wrote, and then only once', async () => {
    const flush = new SocketFlush();
    const socket = new Counted();
    flush.add(socket);
    await new Promise<void>((next) => process.nextTick(next));

    flush.addNext(socket);
    flush.addNext(socket);
    await new Promise<void>((next) => process.nextTick(next));

    expect(socket.flushes).toBe(2);
  });

  it('lets others run between slices of a long write, and reaches everybody', async () => {
    const flush = new SocketFlush();
    const sockets = Array.from({ length: 10 }, () => new Counted(4));
    for (const socket of sockets) flush.add(socket);

    await new Promise<void>((next) => process.nextTick(next));
    const written = sockets.filter(({ flushes }) => flushes > 0).length;

    expect(written).toBeLessThan(sockets.length);
    await eventually(() => {
      expect(sockets.map(({ flushes }) => flushes)).toEqual(sockets.map(() => 1));
      return Promise.resolve();
    });
  });
});
