/** Who types, in words; empty when nobody does. */
export function typingWords(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  if (names.length === 2) return `${first} and ${second} are typing…`;
  return names.length === 3 ? `${first}, ${second} and ${names[2] ?? ''} are typing…` : 'Several people are typing…';
}
