/** In the place of a table whose records are missing. */
export const NOT_RECORDED = 'Not recorded.';

/** A table of Markdown: the first column is text, the others are figures. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], textColumns = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map((_, column) => (column < textColumns ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** `12,345`; with digits behind the point only where they say something. */
export function amount(value: number, digits = value < 100 ? 1 : 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
