/** What drivers and sockets need to go on by themselves. */
const REAL = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const;

/** From now on intervals that are set pass only with `jest.advanceTimersByTime`; everything else goes on, until `jest.useRealTimers`. */
export function fakeIntervals(): void {
  jest.useFakeTimers({ doNotFake: [...REAL] });
}
