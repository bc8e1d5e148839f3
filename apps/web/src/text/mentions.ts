/** Somebody who can be named in a message. */
export interface Nameable {
  /** A userId, or `room`. */
  readonly target: string;
  /** As shown after the @. */
  readonly label: string;
}

/** What is being typed after an @, and where it begins. */
export interface MentionQuery {
  readonly query: string;
  readonly from: number;
}

/** The mention that the caret is in; undefined when there is none. */
export function mentionAt(text: string, caret: number): MentionQuery | undefined {
  const before = text.slice(0, caret);
  const match = /(?:^|[\s(])@([\p{L}\p{N}._-]{0,32})$/u.exec(before);
  if (match === null) return undefined;
  const query = match[1] ?? '';
  return { query, from: caret - query.length - 1 };
}

/** The text with what was being typed replaced by a name, and where the caret goes. */
export function insertMention(text: string, { from, query }: MentionQuery, label: string): { readonly text: string; readonly caret: number } {
  const after = text.slice(from + 1 + query.length);
  const inserted = `@${label}${after.startsWith(' ') ? '' : ' '}`;
  return { text: text.slice(0, from) + inserted + after, caret: from + label.length + 2 };
}

/** A text as a regular expression that matches it alone. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Names as they are sent: `@Ada` becomes `<@userId>`. Longer names first, so that one that begins like another is not cut. */
export function encodeMentions(text: string, picked: readonly Nameable[]): string {
  const known = new Map(picked.map(({ label, target }) => [label, target]));
  known.set('room', 'room');
  const labels = [...known.keys()].sort((one, other) => other.length - one.length);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}@])@(${labels.map((label) => escapePattern(label)).join('|')})(?![\\p{L}\\p{N}_])`, 'gu');
  return text.replace(pattern, (whole, label: string) => (known.has(label) ? `<@${known.get(label) ?? ''}>` : whole));
}

/** A sent text as it is edited: `<@userId>` becomes `@Ada`; whom it named comes along. */
export function decodeMentions(text: string, nameOf: (userId: string) => string): { readonly text: string; readonly picked: readonly Nameable[] } {
  const picked = new Map<string, Nameable>();
  const decoded = text.replace(/<@([0-9a-f-]{36}|room)>/gi, (_, target: string) => {
    const label = target === 'room' ? 'room' : nameOf(target);
    picked.set(target, { target, label });
    return `@${label}`;
  });
  return { text: decoded, picked: [...picked.values()] };
}
