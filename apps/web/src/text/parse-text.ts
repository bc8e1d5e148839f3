import { parseInline, type InlineNode } from './parse-inline';

/** A piece of a message as it is shown: of a line, or a block of lines. */
export type TextNode =
  | InlineNode
  | { readonly type: 'codeBlock'; readonly text: string; readonly language?: string }
  | { readonly type: 'quote'; readonly children: readonly TextNode[] }
  | { readonly type: 'list'; /** The first number; absent where there are none. */ readonly start?: number; readonly items: readonly (readonly TextNode[])[] };

/** Blocks within blocks. */
const MAX_DEPTH = 3;
const CODE_BLOCK = /```(?:([a-z0-9+#-]*)\n)?([\s\S]*?)```\n?/gi;
const QUOTED = /^ {0,3}> ?/;
const ITEM = /^ {0,3}(?:[-*•]|(\d{1,4})[.)]) +(?=\S)/;

type BlockKind = 'quote' | 'list' | 'text';

function kindOf(line: string, depth: number): BlockKind {
  if (depth >= MAX_DEPTH) return 'text';
  if (QUOTED.test(line)) return 'quote';
  return ITEM.test(line) ? 'list' : 'text';
}

/** A line that is indented belongs to the item above it. */
function belongs(kind: BlockKind, line: string, next: BlockKind): boolean {
  return kind === next || (kind === 'list' && /^(?: {2,}|\t)\S/.test(line));
}

function listOf(lines: readonly string[], depth: number): TextNode {
  const items: string[][] = [];
  for (const line of lines) {
    if (ITEM.test(line) && !/^ {2}/.test(line)) items.push([line.replace(ITEM, '')]);
    else items.at(-1)?.push(line.replace(/^(?: {2,4}|\t)/, ''));
  }
  if (items.length === 0) items.push(lines.map((line) => line.replace(ITEM, '')));
  const [, first] = ITEM.exec(lines[0] ?? '') ?? [];
  return { type: 'list', ...(first === undefined ? {} : { start: Number(first) }), items: items.map((own) => parseBlocks(own.join('\n'), depth + 1)) };
}

function blockOf(kind: BlockKind, lines: readonly string[], depth: number): readonly TextNode[] {
  if (kind === 'quote') return [{ type: 'quote', children: parseBlocks(lines.map((line) => line.replace(QUOTED, '')).join('\n'), depth + 1) }];
  if (kind === 'list') return [listOf(lines, depth)];
  return parseInline(lines.join('\n'));
}

/** Whether one list goes on with another: numbers and signs don't mix. */
function startsAnew(lines: readonly string[], line: string): boolean {
  const [before, now] = [ITEM.exec(lines[0] ?? ''), ITEM.exec(line)];
  return before !== null && now !== null && !/^ {2}/.test(line) && (before[1] === undefined) !== (now[1] === undefined);
}

function parseBlocks(text: string, depth: number): TextNode[] {
  const nodes: TextNode[] = [];
  let kind: BlockKind = 'text';
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length > 0) nodes.push(...blockOf(kind, lines, depth));
    lines = [];
  };
  for (const line of text.split('\n')) {
    const next = kindOf(line, depth);
    if (lines.length > 0 && belongs(kind, line, next) && !(kind === 'list' && startsAnew(lines, line))) {
      lines.push(line);
      continue;
    }
    flush();
    kind = next;
    lines = [line];
  }
  flush();
  return nodes;
}

/** The pieces of a message: code, quotes, lists, links, mentions, bold, italics, what is struck out, and text. Never fails; what isn't understood stays text. */
export function parseText(text: string): TextNode[] {
  const nodes: TextNode[] = [];
  let from = 0;
  for (const match of text.matchAll(CODE_BLOCK)) {
    const code = (match[2] ?? '').replace(/\n$/, '');
    if (code.trim() === '') continue;
    const before = text.slice(from, match.index).replace(/\n$/, '');
    if (before !== '') nodes.push(...parseBlocks(before, 0));
    const language = match[1] ?? '';
    nodes.push({ type: 'codeBlock', text: code, ...(language === '' ? {} : { language: language.toLowerCase() }) });
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(...parseBlocks(text.slice(from), 0));
  return nodes;
}

/** Up to three emoji and nothing else: shown big. */
export function isEmojiOnly(text: string): boolean {
  return /^(\p{RGI_Emoji}\s?){1,3}$/v.test(text.trim());
}

function wordsOf(nodes: readonly TextNode[], nameOf: (userId: string) => string): string {
  const words = nodes.map((node): string => {
    if (node.type === 'mention') return `@${node.target === 'room' ? node.target : nameOf(node.target)}`;
    if (node.type === 'list') return ` ${node.items.map((item) => wordsOf(item, nameOf)).join(' ')} `;
    if (node.type === 'quote' || node.type === 'codeBlock') return ` ${node.type === 'quote' ? wordsOf(node.children, nameOf) : node.text} `;
    return 'children' in node ? wordsOf(node.children, nameOf) : node.text;
  });
  return words.join('');
}

/** A message, or the beginning of one, in one line of plain text, with names for mentions. */
export function plainText(text: string, nameOf: (userId: string) => string): string {
  // The end of a block of code may be cut off.
  const whole = text.split('```').length % 2 === 0 ? `${text}\`\`\`` : text;
  return wordsOf(parseText(whole), nameOf).replace(/\s+/g, ' ').trim();
}
