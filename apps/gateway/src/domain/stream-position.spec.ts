import { newId, type Cursor, type RoomId } from '@agent-chat/kernel';
import fc from 'fast-check';
import { MAX_POSITION_CHARS, MAX_ROOMS_PER_STREAM, StreamPosition } from './stream-position';

const cursor = fc.record({ epoch: fc.integer({ min: 1, max: 999_999_999_999_999 }), seq: fc.integer({ min: 0, max: 999_999_999_999_999 }) });

describe('The position of an event stream', () => {
  it('holds any cursors of as many rooms as a stream may have, in at most 1 KB', () => {
    fc.assert(
      fc.property(fc.array(cursor, { minLength: 1, maxLength: MAX_ROOMS_PER_STREAM }), (cursors) => {
        const rooms = cursors.map((each): [RoomId, Cursor] => [newId<RoomId>(), each]);
        const text = StreamPosition.encode(rooms);
        expect(text.length).toBeLessThanOrEqual(MAX_POSITION_CHARS);
        const position = StreamPosition.decode(text);
        expect(rooms.map(([roomId]) => position?.of(roomId))).toEqual(cursors);
      }),
    );
  });

  it('says nothing about rooms that did not fit, were not there, or look alike', () => {
    const rooms = Array.from({ length: 300 }, (_, seq): [RoomId, Cursor] => [newId<RoomId>(), { epoch: 1, seq }]);
    const position = StreamPosition.decode(StreamPosition.encode(rooms))!;
    const known = rooms.map(([roomId]) => position.of(roomId)?.seq);
    const fitting = known.indexOf(undefined);
    expect(known).toEqual(rooms.map((_, seq) => (seq < fitting ? seq : undefined)));
    const [one, twin] = ['00000000-0000-7000-8000-000011112222', '00000000-0000-7000-8000-999911112222'] as RoomId[];
    const alike = StreamPosition.encode([one!, twin!].map((roomId) => [roomId, { epoch: 1, seq: 1 }] as const));
    expect(StreamPosition.decode(alike)?.of(one!)).toBeUndefined();
  });

  it('refuses what it did not make', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void StreamPosition.decode(text)));
    expect(['', 'Aw', 'AQE', 'AQAAAAA', '%%%'].map((text) => StreamPosition.decode(text))).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
