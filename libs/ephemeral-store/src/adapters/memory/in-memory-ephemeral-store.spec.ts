import { FakeClock } from '@agent-chat/testing';
import { ExpiringMap } from './expiring-map';
import { InMemoryEphemeralStore } from './in-memory-ephemeral-store';

describe('InMemoryEphemeralStore', () => {
  it('refuses more leases than its bound, and takes new ones when old ones lapse', async () => {
    const clock = new FakeClock();
    const store = new InMemoryEphemeralStore({ clock, maxEntries: 3 });
    for (const name of ['a', 'b', 'c']) await store.acquireLease(name, 'me', 1_000);
    await expect(store.acquireLease('d', 'me', 1_000)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(store.acquireLease('a', 'me', 2_000)).resolves.toBe(true);
    clock.advance(1_000);
    await expect(store.acquireLease('d', 'me', 1_000)).resolves.toBe(true);
  });

  it('bounds each kind of entry apart, so that a flood of one leaves the others alone', async () => {
    const store = new InMemoryEphemeralStore({ clock: new FakeClock(), maxEntries: 2 });
    const bucket = { capacity: 1, refillPerSec: 1 };
    await store.takeTokens('1', bucket, 1);
    await store.takeTokens('2', bucket, 1);
    await expect(store.takeTokens('3', bucket, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(store.acquireLease('lease', 'me', 1_000)).resolves.toBe(true);
    await expect(store.increment('counter', 1, 1_000)).resolves.toBe(1);
  });
});

describe('ExpiringMap', () => {
  it('lets go of what lapsed while new entries come, without being asked', () => {
    const clock = new FakeClock();
    const map = new ExpiringMap<number>(clock, 1_000_000);
    for (let index = 0; index < 1_000; index++) map.set(`old-${String(index)}`, index, clock.nowMs() + 10);
    clock.advance(10);
    for (let index = 0; index < 1_000; index++) map.set(`new-${String(index)}`, index, clock.nowMs() + 10);
    expect(map.size).toBe(1_000);
  });
});
