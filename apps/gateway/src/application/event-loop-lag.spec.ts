import { EventLoopLag } from './event-loop-lag';

function hold(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('EventLoopLag', () => {
  it('tells for how long this turn has held the event loop, and the turn before', async () => {
    const lag = new EventLoopLag();
    hold(80);
    expect(lag.ms(performance.now())).toBeGreaterThanOrEqual(60);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(lag.ms(performance.now())).toBeGreaterThanOrEqual(60);
    expect(lag.turnMs(performance.now())).toBeLessThan(60);
    lag.stop();
  });
});
