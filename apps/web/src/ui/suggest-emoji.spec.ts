import { type EmojiLine } from './find-emoji';
import { suggestEmoji } from './suggest-emoji';

const FEW: readonly EmojiLine[] = [
  ['❤️', 'Heart', 0, ''],
  ['👍', 'Thumbs up', 0, ''],
];
const ALL: readonly EmojiLine[] = [
  ['💘', 'heart with arrow', 0, 'cupid'],
  ['❤', 'red heart', 0, 'love'],
  ['👍️', 'thumbs up', 1, '+1 yes'],
  ['🧒', 'child', 1, 'young'],
];
const suggested = (typed: string): string =>
  suggestEmoji(FEW, ALL, typed)
    .map(([emoji]) => emoji)
    .join(' ');

describe('suggestEmoji', () => {
  it('puts those that are picked most first, and each once', () => {
    expect(suggested('hea')).toBe('❤️ 💘');
    expect(suggested('thumbs_up')).toBe('👍');
  });

  it('takes the beginnings of words only, of any name', () => {
    expect(suggested('ye')).toBe('👍️');
    expect(suggested('oun')).toBe('');
    expect(suggested('xd')).toBe('');
  });
});
