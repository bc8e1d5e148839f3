import fc from 'fast-check';
import { type Envelope, seal, unseal } from './envelope';

const letters = fc.array(
  fc.record({ channel: fc.constantFrom('answers', 'events', 'ephemeral', 'users', 'control'), message: fc.string({ unit: 'grapheme' }) } as const),
);

describe('An envelope', () => {
  it('holds what was put into it', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), letters, (publisher, number, sent) => {
        const envelope: Envelope = { publisher, number, letters: sent };
        expect(unseal(seal(envelope))).toEqual(envelope);
      }),
    );
  });

  it.each(['', '\n', 'takeover x', 'p 1 e5\nabc', 'p 1 e2\nabc', 'p 1 x3\nabc', 'p one e3\nabc', '{"a":1}\n'])('is not what %p is', (text) => {
    expect(unseal(text)).toBeUndefined();
  });
});
