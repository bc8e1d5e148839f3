import { type EphemeralStore } from '../ephemeral-store.port';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface EphemeralStoreHarness {
  /** Holds nothing yet. */
  readonly store: EphemeralStore;
  /** Lets time pass for the store: a fake clock is moved, a real server is waited for. */
  readonly elapse: (ms: number) => Promise<void>;
}

export type OpenEphemeralStore = () => Promise<EphemeralStoreHarness>;

/** What every `EphemeralStore` keeps, whatever carries it. */
export function describeEphemeralStoreContract(name: string, open: OpenEphemeralStore): void {
  describe(`${name} as an ephemeral store`, () => {
    let store: EphemeralStore;
    let elapse: EphemeralStoreHarness['elapse'];

    beforeEach(async () => {
      ({ store, elapse } = await open());
    });

    afterEach(() => store.close());

    describeLeases(() => ({ store, elapse }));
    describeFields(() => ({ store, elapse }));
    describeCounters(() => ({ store, elapse }));
    describeBuckets(() => ({ store, elapse }));

    it('takes any text as a key, a field and a value, and keeps those apart', async () => {
      const texts = ['a:b', 'a', '{a}b', '{a}', '', ' ', 'Zoë 🦊\n', 'x'.repeat(5_000), `${'x'.repeat(4_999)}y`];
      for (const text of texts) await store.setField(text, text, text, 10_000);
      const found = await store.fields(texts);
      expect(found.map((fields) => [...fields])).toEqual(texts.map((text) => [[text, text]]));
      const granted = await Promise.all(texts.map((text) => store.acquireLease(text, text, 10_000)));
      expect(granted).toEqual(texts.map(() => true));
    });

    it('refuses everything once closed, and closes twice', async () => {
      await Promise.all([store.close(), store.close()]);
      const calls = [
        store.acquireLease('lease', 'me', 1_000),
        store.releaseLease('lease', 'me'),
        store.setField('key', 'field', 'value', 1_000),
        store.removeField('key', 'field'),
        store.fields(['key']),
        store.increment('counter', 1, 1_000),
        store.takeTokens('bucket', { capacity: 1, refillPerSec: 1 }, 1),
      ];
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}

function describeLeases(harness: () => EphemeralStoreHarness): void {
  it('gives a lease to exactly one of many that ask at once', async () => {
    const { store } = harness();
    const holders = Array.from({ length: 50 }, (_, index) => `holder-${String(index)}`);
    const granted = await Promise.all(holders.map((holder) => store.acquireLease('lease', holder, 10_000)));
    expect(granted.filter(Boolean)).toHaveLength(1);
    await expect(store.acquireLease('another', 'anybody', 10_000)).resolves.toBe(true);
  });

  it('renews a lease for its holder and lets it lapse for others afterwards', async () => {
    const { store, elapse } = harness();
    await store.acquireLease('lease', 'one', 400);
    await elapse(250);
    await expect(store.acquireLease('lease', 'one', 400)).resolves.toBe(true);
    await elapse(250);
    await expect(store.acquireLease('lease', 'other', 400)).resolves.toBe(false);
    await elapse(200);
    await expect(store.acquireLease('lease', 'other', 400)).resolves.toBe(true);
  });

  it('gives a lease back only for its holder', async () => {
    const { store } = harness();
    await store.acquireLease('lease', 'one', 10_000);
    await store.releaseLease('lease', 'other');
    await expect(store.acquireLease('lease', 'other', 10_000)).resolves.toBe(false);
    await store.releaseLease('lease', 'one');
    await store.releaseLease('lease', 'one');
    await expect(store.acquireLease('lease', 'other', 10_000)).resolves.toBe(true);
  });
}

function describeFields(harness: () => EphemeralStoreHarness): void {
  it('answers the live fields of each key in the order asked', async () => {
    const { store } = harness();
    await store.setField('a', 'x', '1', 10_000);
    await store.setField('a', 'y', '2', 10_000);
    await store.setField('b', 'x', '3', 10_000);
    await store.setField('a', 'x', '4', 10_000);
    const found = await store.fields(['b', 'absent', 'a', 'b']);
    expect(found.map((fields) => Object.fromEntries(fields))).toEqual([{ x: '3' }, {}, { x: '4', y: '2' }, { x: '3' }]);
    await expect(store.fields([])).resolves.toEqual([]);
  });

  it('lets each field lapse at its own time, which setting it again renews', async () => {
    const { store, elapse } = harness();
    await store.setField('key', 'short', '1', 300);
    await store.setField('key', 'long', '2', 3_000);
    await store.setField('key', 'renewed', '3', 300);
    await elapse(200);
    await store.setField('key', 'renewed', '4', 600);
    await elapse(200);
    const [fields] = await store.fields(['key']);
    expect(Object.fromEntries(fields!)).toEqual({ long: '2', renewed: '4' });
    await elapse(600);
    const [left] = await store.fields(['key']);
    expect(Object.fromEntries(left!)).toEqual({ long: '2' });
  });

  it('removes a field, also one that is not there', async () => {
    const { store } = harness();
    await store.setField('key', 'x', '1', 10_000);
    await store.setField('key', 'y', '2', 10_000);
    await store.removeField('key', 'x');
    await store.removeField('key', 'x');
    await store.removeField('absent', 'x');
    const [fields] = await store.fields(['key']);
    expect(Object.fromEntries(fields!)).toEqual({ y: '2' });
  });
}

function describeCounters(harness: () => EphemeralStoreHarness): void {
  it('adds without losing an addition', async () => {
    const { store } = harness();
    const values = await Promise.all(Array.from({ length: 100 }, () => store.increment('counter', 2, 10_000)));
    expect([...values].sort((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, index) => 2 * (index + 1)));
    await expect(store.increment('counter', -50, 10_000)).resolves.toBe(150);
    await expect(store.increment('another', 1, 10_000)).resolves.toBe(1);
  });

  it('lets a counter lapse counted from its first addition', async () => {
    const { store, elapse } = harness();
    await store.increment('counter', 1, 400);
    await elapse(250);
    await expect(store.increment('counter', 1, 400)).resolves.toBe(2);
    await elapse(250);
    await expect(store.increment('counter', 1, 400)).resolves.toBe(1);
  });
}

function describeBuckets(harness: () => EphemeralStoreHarness): void {
  it('grants what a full bucket holds, and then says when there is more', async () => {
    const { store } = harness();
    const bucket = { capacity: 5, refillPerSec: 0.01 };
    const taken = await Promise.all(Array.from({ length: 8 }, () => store.takeTokens('bucket', bucket, 1)));
    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false, false, false]);
    expect(taken.map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0, 0, 0, 0]);
    expect(taken[0]!.retryAfterMs).toBe(0);
    expect(taken[7]!.retryAfterMs).toBeGreaterThan(90_000);
    expect(taken[7]!.retryAfterMs).toBeLessThanOrEqual(100_000);
    expect(taken[7]!.resetAfterMs).toBeGreaterThan(490_000);
    await expect(store.takeTokens('another', bucket, 5)).resolves.toMatchObject({ allowed: true, remaining: 0 });
  });

  it('takes nothing for a cost that is not there', async () => {
    const { store } = harness();
    const bucket = { capacity: 5, refillPerSec: 0.01 };
    await store.takeTokens('bucket', bucket, 3);
    await expect(store.takeTokens('bucket', bucket, 3)).resolves.toMatchObject({ allowed: false, remaining: 2 });
    await expect(store.takeTokens('bucket', bucket, 2)).resolves.toMatchObject({ allowed: true, remaining: 0 });
  });

  it('refills evenly, up to its capacity', async () => {
    const { store, elapse } = harness();
    const bucket = { capacity: 4, refillPerSec: 4 };
    await store.takeTokens('bucket', bucket, 4);
    await elapse(600);
    await expect(store.takeTokens('bucket', bucket, 2)).resolves.toMatchObject({ allowed: true });
    await elapse(3_000);
    await expect(store.takeTokens('bucket', bucket, 1)).resolves.toMatchObject({ allowed: true, remaining: 3 });
  });
}
