import { Logger } from '@nestjs/common';
import { Draining } from './draining';

describe('draining', () => {
  it('calls every listener once, though one of them fails, and waits for all', async () => {
    const draining = new Draining();
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const called: string[] = [];
    draining.onStart(() => {
      throw new Error('no');
    });
    draining.onStart(async () => {
      await Promise.resolve();
      called.push('listener');
    });

    expect(draining.isDraining).toBe(false);
    await Promise.all([draining.start(), draining.start()]);

    expect(draining.isDraining).toBe(true);
    expect(called).toEqual(['listener']);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });

  it('shows itself before any listener is called', async () => {
    const draining = new Draining();
    const seen: boolean[] = [];
    draining.onStart(() => {
      seen.push(draining.isDraining);
    });

    await draining.onModuleDestroy();

    expect(seen).toEqual([true]);
  });

  it('calls who listens too late at once', async () => {
    const draining = new Draining();
    await draining.start();
    const listener = jest.fn();

    draining.onStart(listener);

    expect(listener).toHaveBeenCalledTimes(1);
  });
});
