/** Somebody who can be named in a message. */
export interface Nameable {
  /** A userId, or `room`. */
  readonly target: string;
  /** As shown after the @. */
  readonly label: string;
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
