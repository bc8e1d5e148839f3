import { readFileSync } from 'node:fs';
import { type Plugin } from 'vite';

interface Emoji {
  readonly unicode: string;
  readonly label: string;
  readonly group?: number;
  readonly tags?: readonly string[];
}

const DATA = /[\\/]emojibase-data[\\/]\w+[\\/]compact\.json$/;
/** Parts that emoji are made of, such as skin tones. */
const COMPONENTS = 2;

/** Leaves of a language's emoji what is shown and searched, and none that are younger than the server, which would refuse them. */
export function emojiData(): Plugin {
  return {
    name: 'emoji-data',
    load(id) {
      if (!DATA.test(id)) return undefined;
      const all = JSON.parse(readFileSync(id, 'utf8')) as readonly Emoji[];
      const known = all.filter(({ unicode, group }) => group !== undefined && group !== COMPONENTS && /^\p{RGI_Emoji}$/v.test(unicode));
      return JSON.stringify(known.map(({ unicode, label, group, tags }) => ({ unicode, label, group, tags })));
    },
  };
}
