import { eventually } from '@agent-chat/testing';
import { SocketFlush } from './socket-flush';

class Counted {
  flushes = 0;

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

  it('gathers while writes follow each other closely', async () => {
    const flush = new SocketFlush();
    const [first, second] = [new Counted(), new Counted()];
    flush.add(first);
    await new Promise<void>((next) => process.nextTick(next));

    flush.add(second);
    await new Promise<void>((next) => process.nextTick(next));

    expect(second.flushes).toBe(0);
    await eventually(() => {
      expect(second.flushes).toBe(1);
      return Promise.resolve();
    });
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
