import { simulate, type SimulationResult } from './simulate';

describe('A simulated cluster of forty nodes', () => {
  let result: SimulationResult;

  beforeAll(async () => {
    result = await simulate({ nodes: 40, partitions: 128, rooms: 400, members: 5, messages: 400, seed: 1 });
  });

  it('shares partitions out to within one, whatever happens', () => {
    expect(result.steps.map(({ what }) => what)).toHaveLength(6);
    for (const { partitionsBalance, chats } of result.steps) expect(partitionsBalance).toBeLessThanOrEqual(Math.ceil(128 / chats) / (128 / chats));
  });

  it('moves no more partitions than it must', () => {
    const [, joined, left, died, back] = result.steps;
    // Two of eighteen: at most what two may have.
    expect(joined?.moved).toBeLessThanOrEqual(2 * Math.ceil(128 / 18));
    expect(left?.moved).toBe(joined?.moved);
    expect(died?.moved).toBeLessThanOrEqual(2 * Math.ceil(128 / 16));
    expect(back?.moved).toBeLessThanOrEqual(2 * Math.ceil(128 / 16));
  });

  it('leaves no partition without an owner for longer than a session and two heartbeats', () => {
    for (const { longestUnownedMs } of result.steps) expect(longestUnownedMs).toBeLessThanOrEqual(8_000);
  });

  it('brings each message to the gateways that want it, and to no other, also after a tenth has died', () => {
    for (const { due, arrived, strange } of [result.fanOut.before, result.fanOut.afterLoss]) {
      expect(due).toBeGreaterThan(1_000);
      expect([arrived, strange]).toEqual([due, 0]);
    }
    expect(result.fanOut.forgotten).toBe(true);
  });
});
