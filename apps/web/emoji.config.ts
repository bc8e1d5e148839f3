import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Plugin } from 'vite';

const PREFIX = 'virtual:emoji/';

interface Emoji {
  readonly unicode: string;
  readonly label: string;
  readonly group?: number;
  readonly tags?: readonly string[];
}

/** Parts that emoji are made of, such as skin tones. */
const COMPONENTS = 2;

/** The emoji of a language as a module: `[emoji, label, group, words to find it by]` each, in their usual order, without those that are younger than the server. */
export function emojiData(): Plugin {
  const require = createRequire(import.meta.url);
  return {
    name: 'emoji-data',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const language = id.slice(PREFIX.length + 1);
      const all = JSON.parse(readFileSync(require.resolve(`emojibase-data/${language}/compact.json`), 'utf8')) as readonly Emoji[];
      const known = all.filter(({ unicode, group }) => group !== undefined && group !== COMPONENTS && /^\p{RGI_Emoji}$/v.test(unicode));
      const lines = known.map(({ unicode, label, group, tags = [] }) => [unicode, label, group, tags.join(' ')]);
      return `export default ${JSON.stringify(lines)};`;
    },
  };
}
