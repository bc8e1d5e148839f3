/** Control characters around and between matches while the database cuts a text; taken out of the text before. */
export const MARKERS = '\u0001\u0002\u0003';
const START = '\u0001';
const STOP = '\u0002';
const BETWEEN = '\u0003';

/** How the database cuts a text: up to three pieces, each with whole words around the matches. */
export const HIGHLIGHT_OPTIONS = `StartSel="${START}", StopSel="${STOP}", FragmentDelimiter="${BETWEEN}", MaxFragments=3, MaxWords=24, MinWords=8`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The pieces as HTML: everything a person wrote is escaped, the matches stand between `<mark>` and `</mark>`. */
export function searchHighlights(headline: string): string[] {
  return headline
    .split(BETWEEN)
    .map((piece) => escapeHtml(piece).replaceAll(START, '<mark>').replaceAll(STOP, '</mark>').trim())
    .filter((piece) => piece !== '');
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
