import { escapePattern } from './mentions';

/** A piece of a found text. */
export interface HighlightPart {
  readonly text: string;
  readonly isMatch: boolean;
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'" };

function unescape(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}

const LONGEST_WHOLE = 240;

/** A found text as it is shown: all of it where it is short, with every match marked; else the highlight. */
export function showFound(text: string | undefined, highlights: readonly string[]): HighlightPart[] {
  const parts = highlights.flatMap((html, index) => [...(index > 0 ? [{ text: ' … ', isMatch: false }] : []), ...parseHighlight(html)]);
  if (text === undefined || text.length > LONGEST_WHOLE) return parts;
  const matches = [...new Set(parts.filter(({ isMatch }) => isMatch).map((part) => part.text))];
  if (matches.length === 0) return [{ text, isMatch: false }];
  const pattern = new RegExp(`(${matches.map(escapePattern).join('|')})`, 'u');
  const found = text.split(pattern);
  // What a split captures stands at the odd places.
  return found.map((piece, index) => ({ text: piece, isMatch: index % 2 === 1 })).filter((part) => part.text !== '');
}

/** The pieces of a search result's highlight, which is escaped HTML with matches between `<mark>` and `</mark>`: shown as text, never as HTML. */
export function parseHighlight(html: string): HighlightPart[] {
  const parts: HighlightPart[] = [];
  let isMatch = false;
  for (const piece of html.split(/(<\/?mark>)/)) {
    if (piece === '<mark>') isMatch = true;
    else if (piece === '</mark>') isMatch = false;
    else if (piece !== '') parts.push({ text: unescape(piece), isMatch });
  }
  return parts;
}
