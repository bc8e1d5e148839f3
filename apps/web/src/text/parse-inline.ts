/** A piece of a line as it is shown. Only these become elements; everything else is text. */
export type InlineNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string; /** The words are not the address. */ readonly isNamed?: true }
  | { readonly type: 'mention'; /** A userId, or `room`. */ readonly target: string }
  | { readonly type: 'strong' | 'emphasis' | 'strike'; readonly children: readonly InlineNode[] };

const MAX_DEPTH = 4;
const INLINE = [
  /`(?<code>[^`\n]+)`/,
  /<@(?<mention>[0-9a-f-]{36}|room)>/,
  /\[(?<label>[^[\]\n]{1,200})\]\((?<target>https?:\/\/[^\s()<>"]+)\)/,
  /(?<link>\bhttps?:\/\/[^\s<>"]+)/,
  /(?<![\p{L}\p{N}*])\*\*(?<strong>(?=\S)[^\n]*?\S)\*\*(?![\p{L}\p{N}*])/u,
  /(?<![\p{L}\p{N}~])~~(?<strike>(?=\S)[^\n]*?\S)~~(?![\p{L}\p{N}~])/u,
  /(?<![\p{L}\p{N}*])\*(?<slanted>(?=[^\s*])[^\n*]*?[^\s*])\*(?![\p{L}\p{N}*])/u,
  /(?<![\p{L}\p{N}_])_(?<emphasis>(?=[^\s_])[^\n]*?[^\s_])_(?![\p{L}\p{N}_])/u,
];
const INLINE_SOURCE = INLINE.map(({ source }) => source).join('|');
const TRAILING = /[.,;:!?'*_~]+$/;

/** An address without the punctuation that ends the sentence around it. */
function withoutTail(address: string): string {
  let href = address.replace(TRAILING, '');
  while (href.endsWith(')') && href.split('(').length < href.split(')').length) href = href.slice(0, -1).replace(TRAILING, '');
  return href;
}

/** Whatever the patterns say, nothing but these two protocols ever becomes a link. */
function safeAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, href } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && host !== '' ? href : undefined;
}

function linkOf(text: string, address: string): InlineNode | undefined {
  const href = safeAddress(address);
  if (href === undefined) return undefined;
  return text === address ? { type: 'link', text, href } : { type: 'link', text, href, isNamed: true };
}

interface Parsed {
  readonly node: InlineNode | undefined;
  /** What belongs to the text behind it. */
  readonly rest: string;
}

function nodeOf(groups: Readonly<Record<string, string | undefined>>, depth: number): Parsed {
  const { code, mention, label, target, link, strong, strike, slanted, emphasis } = groups;
  if (code !== undefined) return { node: { type: 'code', text: code }, rest: '' };
  if (mention !== undefined) return { node: { type: 'mention', target: mention.toLowerCase() }, rest: '' };
  if (label !== undefined) return { node: linkOf(label, target ?? ''), rest: '' };
  if (link !== undefined) return { node: linkOf(withoutTail(link), withoutTail(link)), rest: link.slice(withoutTail(link).length) };
  if (strong !== undefined) return { node: { type: 'strong', children: parseInline(strong, depth + 1) }, rest: '' };
  if (strike !== undefined) return { node: { type: 'strike', children: parseInline(strike, depth + 1) }, rest: '' };
  return { node: { type: 'emphasis', children: parseInline(slanted ?? emphasis ?? '', depth + 1) }, rest: '' };
}

/** The pieces of a text without blocks. What isn't understood, or lies too deep, stays text. */
export function parseInline(text: string, depth = 0): InlineNode[] {
  if (depth > MAX_DEPTH) return [{ type: 'text', text }];
  const nodes: InlineNode[] = [];
  const pattern = new RegExp(INLINE_SOURCE, 'giu');
  let from = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { node, rest } = nodeOf(match.groups ?? {}, depth);
    if (node === undefined) continue;
    if (match.index > from) nodes.push({ type: 'text', text: text.slice(from, match.index) });
    nodes.push(node);
    from = match.index + match[0].length - rest.length;
    pattern.lastIndex = from;
  }
  if (from < text.length) nodes.push({ type: 'text', text: text.slice(from) });
  return nodes;
}
