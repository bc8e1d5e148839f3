import { directRoomId, isUuid, keyedRoomId, newId, type MessageId, type UserId } from './ids';

const ada = '01920000-0000-7000-8000-00000000000a' as UserId;
const bob = '01920000-0000-7000-8000-00000000000b' as UserId;

describe('a new id', () => {
  it('is a canonical UUID, and sorts after the ones made before it', () => {
    const made = Array.from({ length: 100 }, () => newId<MessageId>());
    expect(made.every(isUuid)).toBe(true);
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });
});

describe("a direct room's id", () => {
  it('is the same whoever asks (P3)', () => {
    expect(directRoomId(ada, bob)).toBe(directRoomId(bob, ada));
  });

  it('never changes between releases: stored rooms are found by it (P3)', () => {
    expect(directRoomId(ada, bob)).toBe('a5cf2942-ab13-5297-8482-318a48c7f81c');
  });

  it('is another for another pair', () => {
    expect(directRoomId(ada, ada)).not.toBe(directRoomId(ada, bob));
  });
});

describe("a keyed room's id", () => {
  it('never changes between releases: a repeated call finds its room by it (P3)', () => {
    expect(keyedRoomId(ada, 'key-1')).toBe('3aa751a8-4726-5b9d-8b9e-babcd7bdd686');
  });

  it('is another for another key or another creator', () => {
    const ids = [keyedRoomId(ada, 'key-1'), keyedRoomId(ada, 'key-2'), keyedRoomId(bob, 'key-1')];
    expect(new Set(ids).size).toBe(3);
  });
});

describe('isUuid', () => {
  it.each([
    '',
    'x',
    '01920000-0000-7000-8000-00000000000A',
    '01920000-0000-7000-8000-00000000000',
    '01920000-0000-7000-c000-00000000000a',
    '019200000000700080000000000000aa',
  ])('refuses %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});
