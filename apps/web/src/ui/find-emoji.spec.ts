import { findEmoji, type EmojiLine } from './find-emoji';

const ALL: readonly EmojiLine[] = [
  ['🚒', 'fire engine', 5, 'truck'],
  ['🧯', 'fire extinguisher', 7, 'extinguish quench'],
  ['🔥', 'fire', 5, 'flame hot lit'],
  ['🎆', 'fireworks', 6, 'celebration'],
  ['🥵', 'hot face', 0, 'heat'],
];
const found = (text: string): string =>
  findEmoji(ALL, text, 3)
    .map(([emoji]) => emoji)
    .join('');

describe('findEmoji', () => {
  it('finds by name and by other words, the best first, and no more than asked for', () => {
    expect(found('fire')).toBe('🔥🚒🧯');
    expect(found(':hot')).toBe('🥵🔥');
    expect(found('FLA')).toBe('🔥');
  });

  it('wants every word, and finds nothing for none', () => {
    expect(found('fire truck')).toBe('🚒');
    expect(found('fire moon')).toBe('');
    expect(found('  ')).toBe('');
  });
});
