import { neighbour } from './neighbour';

const ROOMS = ['a', 'b', 'c', 'd'].map((roomId) => ({ roomId }));
const all = (): boolean => true;

describe('neighbour', () => {
  it('goes up and down, and around the ends', () => {
    expect(neighbour(ROOMS, 'b', 1, all)?.roomId).toBe('c');
    expect(neighbour(ROOMS, 'b', -1, all)?.roomId).toBe('a');
    expect(neighbour(ROOMS, 'd', 1, all)?.roomId).toBe('a');
    expect(neighbour(ROOMS, 'a', -1, all)?.roomId).toBe('d');
  });

  it('begins at the end that it comes from where none is open', () => {
    expect(neighbour(ROOMS, undefined, 1, all)?.roomId).toBe('a');
    expect(neighbour(ROOMS, undefined, -1, all)?.roomId).toBe('d');
  });

  it('passes over what is not wanted, and finds nothing rather than the one that is open', () => {
    expect(neighbour(ROOMS, 'a', 1, ({ roomId }) => roomId === 'd')?.roomId).toBe('d');
    expect(neighbour(ROOMS, 'a', 1, ({ roomId }) => roomId === 'a')).toBeUndefined();
    expect(neighbour<{ roomId: string }>([], undefined, 1, all)).toBeUndefined();
  });
});
