import { deferred } from '@agent-chat/testing';
import { StepLimit } from './step-limit';

describe('a limit of steps', () => {
  it('runs so many at once, the others in order, and frees a place that failed', async () => {
    const limit = new StepLimit(2);
    const gates = Array.from({ length: 4 }, () => deferred());
    const started: number[] = [];
    const steps = gates.map((gate, index) =>
      limit.run(async () => {
        started.push(index);
        await gate.promise;
      }),
    );
    expect(started).toEqual([0, 1]);
    gates[1]!.reject(new Error('no'));
    await expect(steps[1]).rejects.toThrow('no');
    expect(started).toEqual([0, 1, 2]);
    gates[0]!.resolve();
    await steps[0];
    expect(started).toEqual([0, 1, 2, 3]);
    gates[2]!.resolve();
    gates[3]!.resolve();
    await Promise.all([steps[2], steps[3]]);
    await limit.run(async () => undefined);
  });
});
