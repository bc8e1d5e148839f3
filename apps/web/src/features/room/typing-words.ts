import { t } from '../../core/translate';

/** Who types, in words; empty when nobody does. */
export function typingWords(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return t('{name} is typing…', { name: first });
  if (names.length === 2) return t('{first} and {second} are typing…', { first, second });
  return names.length === 3 ? t('{first}, {second} and {third} are typing…', { first, second, third: names[2] ?? '' }) : t('Several people are typing…');
}
