import { encodeEventsFrame, joinEventsFrames, webSocketTextFrame } from './socket-frame';

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
