import { encodeAnswerFrame, encodeEventsFrame, joinEventsFrames, joinFrames, webSocketTextFrame } from './socket-frame';

const event = (seq: number, text: string): string => JSON.stringify({ seq, text });

describe('joinEventsFrames', () => {
  it.each([
    ['a short header', ['a', 'b']],
    ['texts beyond ASCII', ['grüße', '日本語', '👍🏽']],
    ['a header of two bytes for the length', ['x'.repeat(100), 'y'.repeat(100)]],
    ['a header of eight bytes for the length', ['x'.repeat(40_000), 'é'.repeat(30_000)]],
  ])('gives the bytes that encoding all events at once gives: %s', (_, texts) => {
    const events = texts.map((text, index) => event(index + 1, text));
    const joined = joinEventsFrames(events.map((one) => encodeEventsFrame(`[${one}]`)));
    const whole = encodeEventsFrame(`[${events.join(',')}]`);

    expect(joined.options.wsPreEncodedFrame[0].equals(whole.options.wsPreEncodedFrame[0])).toBe(true);
    expect(joined.packet).toBe(whole.packet);
    expect(joined.sizeBytes).toBe(whole.sizeBytes);
  });

  it('joins what was joined before', () => {
    const [one, two, three] = [1, 2, 3].map((seq) => encodeEventsFrame(`[${event(seq, 'text')}]`)) as [ReturnType<typeof encodeEventsFrame>, never, never];

    const joined = joinEventsFrames([joinEventsFrames([one, two]), three]);

    expect(joined.options.wsPreEncodedFrame[0].equals(webSocketTextFrame(`4${joined.packet}`))).toBe(true);
    expect(JSON.parse(joined.packet.slice(1))).toEqual(['events', [1, 2, 3].map((seq) => ({ seq, text: 'text' }))]);
  });
});

describe('encodeAnswerFrame', () => {
  it("is Socket.IO's acknowledgement of the call", () => {
    const { packet, options, sizeBytes } = encodeAnswerFrame(7, { ok: true, text: 'grüße' });

    expect(packet).toBe('37[{"ok":true,"text":"grüße"}]');
    expect(options.wsPreEncodedFrame[0].equals(webSocketTextFrame(`4${packet}`))).toBe(true);
    expect(sizeBytes).toBe(options.wsPreEncodedFrame[0].length);
  });
});

describe('joinFrames', () => {
  const events = (seq: number) => encodeEventsFrame(`[${event(seq, 'text')}]`);
  const answer = (callId: number) => encodeAnswerFrame(callId, { ok: true });

  it('joins events that follow each other, and lets none pass an answer', () => {
    const frames = joinFrames([events(1), events(2), answer(1), answer(2), events(3), answer(3), events(4), events(5)]);

    const joined = (...all: number[]): string => joinEventsFrames(all.map(events)).packet;
    expect(frames.map(({ packet }) => packet)).toEqual([joined(1, 2), answer(1).packet, answer(2).packet, events(3).packet, answer(3).packet, joined(4, 5)]);
  });
});
