import { t } from '../core/translate';
import { EMOJI } from './emoji';
import { loadEmoji } from './emoji-data';
import { findEmoji, type EmojiLine } from './find-emoji';

const MOST = 8;

/** An emoji may be written with or without the sign that asks for its colours. */
function bare(emoji: string): string {
  return emoji.replaceAll('\uFE0F', '');
}

/** What may be meant by the beginning of a name: those that are picked most, under the names that they have there, then all others. */
export function suggestEmoji(few: readonly EmojiLine[], all: readonly EmojiLine[], typed: string): readonly EmojiLine[] {
  const found = [few, all].flatMap((lines) => findEmoji(lines, typed, MOST, 'words'));
  const isFirst = ([emoji]: EmojiLine, at: number): boolean => found.findIndex((line) => bare(line[0]) === bare(emoji)) === at;
  return found.filter(isFirst).slice(0, MOST);
}

/** Suggests emoji in the page's language for what was typed. */
export async function loadSuggestions(): Promise<(typed: string) => readonly EmojiLine[]> {
  const all = await loadEmoji();
  const few = EMOJI.map(({ emoji, label }): EmojiLine => [emoji, t(label), 0, '']);
  return (typed) => suggestEmoji(few, all, typed);
}
