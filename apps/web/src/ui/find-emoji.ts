/** The emoji, what it is called, its group, and words to find it by. */
export type EmojiLine = readonly [emoji: string, label: string, group: number, words: string];

function rank([, label, , words]: EmojiLine, query: string): number {
  const name = label.toLowerCase();
  if (name === query) return 4;
  if (name.startsWith(query)) return 3;
  if (` ${name}`.includes(` ${query}`) || ` ${words}`.includes(` ${query}`)) return 2;
  return name.includes(query) || words.includes(query) ? 1 : 0;
}

/** Those that fit every word of what was typed, best first, at most `most`; in `words` that begin like it, or anywhere in their letters. */
export function findEmoji(all: readonly EmojiLine[], text: string, most: number, where: 'words' | 'letters' = 'letters'): readonly EmojiLine[] {
  const wanted = text
    .toLowerCase()
    .split(/[\s:_]+/)
    .filter(Boolean);
  if (wanted.length === 0) return [];
  const ranked = all.map((line) => ({ line, rank: Math.min(...wanted.map((word) => rank(line, word))) }));
  return ranked
    .filter((found) => found.rank > (where === 'words' ? 1 : 0))
    .sort((one, other) => other.rank - one.rank)
    .slice(0, most)
    .map(({ line }) => line);
}
