import { language } from '../core/language';
import { type EmojiLine } from './find-emoji';

/** Every emoji, under the names of the page's language. The build leaves only what is used of them. */
export async function loadEmoji(): Promise<readonly EmojiLine[]> {
  const { id } = language.getSnapshot().spoken;
  const { default: all } = id === 'de' ? await import('emojibase-data/de/compact.json') : await import('emojibase-data/en/compact.json');
  return all.map(({ unicode, label, group = 0, tags = [] }) => [unicode, label, group, tags.join(' ').toLowerCase()]);
}
