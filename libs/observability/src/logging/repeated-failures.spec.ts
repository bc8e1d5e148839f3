import { FakeClock } from '@agent-chat/testing';
import { Logger } from '@nestjs/common';
import { RepeatedFailures } from './repeated-failures';

describe('RepeatedFailures', () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const lines = (): unknown[] => warn.mock.calls.map((call: unknown[]) => call[1]);
  afterEach(() => warn.mockClear());

  it('tells the first of each kind at once, and of the others how many there were', () => {
    const clock = new FakeClock();
    const failures = new RepeatedFailures(clock, 'Test');
    for (let time = 0; time < 5; time += 1) failures.tell('Redis', new Error('away'));
    failures.tell('Kafka', new Error('away'));
    expect(lines()).toEqual(['Redis failed and is tried again', 'Kafka failed and is tried again']);
    clock.advance(10_000);
    failures.tell('Redis', new Error('away'));
    expect(lines().at(-1)).toBe('Redis failed and is tried again (and 4 times since the last line)');
  });
});
