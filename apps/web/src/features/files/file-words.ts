import { type Attachment, type LastMessage } from '@agent-chat/client';
import { locale, plural, t } from '../../core/translate';
import { plainText } from '../../text/parse-text';

const KIB = 1_024;
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size as people say it; a kilobyte has 1,024 bytes, as limits are set. */
export function sizeLabel(bytes: number): string {
  let step = 0;
  let value = bytes;
  while (value >= KIB && step < UNITS.length - 1) [value, step] = [value / KIB, step + 1];
  const unitDisplay = step === 0 ? 'long' : 'short';
  const maximumFractionDigits = step > 1 && value < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: UNITS[step] ?? 'byte', unitDisplay, maximumFractionDigits }).format(value);
}

/** Whether it can be shown: storage measures those, and no others. */
export function isPicture({ width, height }: Pick<Attachment, 'width' | 'height'>): boolean {
  return width !== undefined && height !== undefined;
}

/** What kind of file it is, as short as its name says it. */
export function kindLabel({ name, type }: Pick<Attachment, 'name' | 'type'>): string {
  const ending = /\.(\w{1,5})$/.exec(name)?.[1];
  return ending?.toUpperCase() ?? type;
}

/** A name and its ending, as ".jpeg", which is to be seen however little place there is; one that is too long to be any is a part of the name. */
export function nameParts(name: string): { readonly stem: string; readonly ending: string } {
  const [, stem = name, ending = ''] = /^(.+)(\.[^.]{1,12})$/su.exec(name) ?? [];
  return { stem, ending };
}

/** Files in a few words, by how many they are and what the first is. */
function filesWords(count: number, first: Attachment): string {
  if (count > 1) return plural(count, { one: '{count} file', other: '{count} files' });
  return isPicture(first) ? t('Picture: {name}', { name: first.name }) : t('File: {name}', { name: first.name });
}

/** What a message says in one line: its text, else its files. */
export function messageWords(text: string, files: readonly Attachment[]): string {
  const [first] = files;
  return text === '' && first !== undefined ? filesWords(files.length, first) : text;
}

/** What the newest message of a room says in one line, with people as `nameOf` knows them. What its files are isn't known where that was read before servers told it. */
export function previewWords({ preview, files }: LastMessage, nameOf: (userId: string) => string): string {
  if (preview !== '') return plainText(preview, nameOf);
  return files === undefined ? t('Files') : filesWords(files.count, files.first);
}
