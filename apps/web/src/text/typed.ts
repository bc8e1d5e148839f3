/** What is being typed after the sign that begins it, and where that sign stands. */
export interface Typed {
  readonly query: string;
  readonly from: number;
}

const FINISHED_CODE = /```[\s\S]*?```|`[^`\n]+`/g;

function typedAt(pattern: RegExp, text: string, caret: number): Typed | undefined {
  const query = pattern.exec(text.slice(0, caret))?.[1];
  return query === undefined ? undefined : { query, from: caret - query.length - 1 };
}

/** What is written next belongs to a block of code, or to one in the line, which the writer has yet to end. */
function isInCode(before: string): boolean {
  const open = before.replace(FINISHED_CODE, '');
  return open.includes('```') || open.slice(open.lastIndexOf('\n') + 1).includes('`');
}

/** The mention that the caret is in; undefined when there is none. */
export function mentionAt(text: string, caret: number): Typed | undefined {
  return typedAt(/(?:^|[\s(])@([\p{L}\p{N}._-]{0,32})$/u, text, caret);
}

/** The name of an emoji that the caret is in, from two letters on; undefined in code, and where a colon means something else, as in a time, an address or `:)`. */
export function emojiAt(text: string, caret: number): Typed | undefined {
  const typed = typedAt(/(?:^|\s)\(?:(\p{L}[\p{L}_-]{1,31})$/u, text, caret);
  return typed === undefined || isInCode(text.slice(0, typed.from)) ? undefined : typed;
}

/** The text with what was being typed replaced, and where the caret goes. */
export function complete(text: string, { from, query }: Typed, whole: string): { readonly text: string; readonly caret: number } {
  const after = text.slice(from + 1 + query.length);
  return { text: text.slice(0, from) + whole + (after.startsWith(' ') ? '' : ' ') + after, caret: from + whole.length + 1 };
}
