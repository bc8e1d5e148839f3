import { eventually } from '@agent-chat/testing';
import { type Deliverer, DeliveryQueue } from './delivery-queue';

/** Needs so many steps of two milliseconds each. */
class SlowRoom implements Deliverer {
  constructor(
    private left: number,
    private readonly name: string,
    private readonly trace: string[],
  ) {}

  step(): boolean {
    const until = performance.now() + 2;
    while (performance.now() < until);
    this.trace.push(this.name);
    return --this.left > 0;
  }
}

describe('The delivery queue', () => {
  it('lets the event loop go on between slices of a big room, and delivers all of it', async () => {
    const trace: string[] = [];
    const queue = new DeliveryQueue();
    queue.add(new SlowRoom(40, 'big', trace));
    queue.run();
    const atOnce = trace.length;
    setImmediate(() => trace.push('something else'));
    await eventually(() => expect(trace.filter((name) => name === 'big')).toHaveLength(40));
    expect(atOnce).toBeLessThan(10);
    expect(trace.indexOf('something else')).toBeLessThan(20);
  });

  it('asks nothing of a room that rests, writes to others meanwhile, and goes on by itself', async () => {
    const trace: string[] = [];
    const queue = new DeliveryQueue();
    const resting = Object.assign(new SlowRoom(2, 'resting', trace), { restUntilMs: performance.now() + 60 });
    queue.add(resting);
    queue.add(resting);
    queue.add(new SlowRoom(1, 'other', trace));
    queue.run();

    expect(trace).toEqual(['other']);
    await eventually(() => expect(trace).toEqual(['other', 'resting', 'resting']));
    expect(performance.now()).toBeGreaterThanOrEqual(resting.restUntilMs - 1);
  });

  it('takes turns between rooms', async () => {
    const trace: string[] = [];
    const queue = new DeliveryQueue();
    queue.add(new SlowRoom(2, 'one', trace));
    queue.add(new SlowRoom(1, 'other', trace));
    queue.run();
    // On a busy machine they take more than one slice.
    await eventually(() => expect(trace).toEqual(['one', 'other', 'one']));
  });
});
