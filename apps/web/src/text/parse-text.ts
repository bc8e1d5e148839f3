/** A piece of a message as it is shown. Only these become elements; everything else is text. */
export type TextNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'codeBlock'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string }
  | { readonly type: 'mention'; /** A userId, or `room`. */ readonly target: string }
  | { readonly type: 'strong' | 'emphasis'; readonly children: readonly TextNode[] };

const MAX_DEPTH = 4;
const CODE_BLOCK = /```(?:[a-z0-9+#-]*\n)?([\s\S]*?)```\n?/gi;
const INLINE = [
  /`(?<code>[^`\n]+)`/,
  /<@(?<mention>[0-9a-f-]{36}|room)>/,
  /(?<link>\bhttps?:\/\/[^\s<>"]+)/,
  /(?<![\p{L}\p{N}*])\*\*(?<strong>(?=\S)[^\n]*?\S)\*\*(?![\p{L}\p{N}*])/u,
  /(?<![\p{L}\p{N}_])_(?<emphasis>(?=[^\s_])[^\n]*?[^\s_])_(?![\p{L}\p{N}_])/u,
];
const INLINE_SOURCE = INLINE.map(({ source }) => source).join('|');
const TRAILING = /[.,;:!?'*_]+$/;

/** An address without the punctuation that ends the sentence around it. */
function withoutTail(address: string): string {
  let href = address.replace(TRAILING, '');
  while (href.endsWith(')') && href.split('(').length < href.split(')').length) href = href.slice(0, -1).replace(TRAILING, '');
  return href;
}

function linkOf(address: string): TextNode | undefined {
  const text = withoutTail(address);
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, href } = new URL(text);
  // Whatever the pattern says, nothing but these two ever becomes a link.
  return (protocol === 'http:' || protocol === 'https:') && host !== '' ? { type: 'link', text, href } : undefined;
}

function nodeOf(groups: Readonly<Record<string, string | undefined>>, depth: number): { readonly node: TextNode | undefined; readonly rest: string } {
  const { code, mention, link, strong, emphasis } = groups;
  if (code !== undefined) return { node: { type: 'code', text: code }, rest: '' };
  if (mention !== undefined) return { node: { type: 'mention', target: mention.toLowerCase() }, rest: '' };
  if (link !== undefined) return { node: linkOf(link), rest: link.slice(withoutTail(link).length) };
  if (strong !== undefined) return { node: { type: 'strong', children: parseInline(strong, depth + 1) }, rest: '' };
  return { node: { type: 'emphasis', children: parseInline(emphasis ?? '', depth + 1) }, rest: '' };
}

function parseInline(text: string, depth: number): TextNode[] {
  if (depth > MAX_DEPTH) return [{ type: 'text', text }];
  const nodes: TextNode[] = [];
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

/** The pieces of a message: code, links, mentions, bold, italics and text. Never fails; what isn't understood stays text. */
export function parseText(text: string): TextNode[] {
  const nodes: TextNode[] = [];
  let from = 0;
  for (const match of text.matchAll(CODE_BLOCK)) {
    const code = (match[1] ?? '').replace(/\n$/, '');
    if (code.trim() === '') continue;
    const before = text.slice(from, match.index).replace(/\n$/, '');
    if (before !== '') nodes.push(...parseInline(before, 0));
    nodes.push({ type: 'codeBlock', text: code });
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(...parseInline(text.slice(from), 0));
  return nodes;
}

/** Up to three emoji and nothing else: shown big. */
export function isEmojiOnly(text: string): boolean {
  return /^(\p{RGI_Emoji}\s?){1,3}$/v.test(text.trim());
}

/** A message in one line of plain text, with names for mentions. */
export function plainText(text: string, nameOf: (userId: string) => string): string {
  return text
    .replace(/<@([0-9a-f-]{36}|room)>/gi, (_, target: string) => (target === 'room' ? '@room' : `@${nameOf(target)}`))
    .replace(/```(?:[a-z0-9+#-]*\n)?/gi, '')
    .replace(/(`|\*\*)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/\s+/g, ' ')
    .trim();
}
