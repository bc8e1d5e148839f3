import { locale } from '../../core/translate';

interface Dated {
  readonly createdAt: string;
}

/** What belongs to one month, in the order given. */
export interface Month<File extends Dated> {
  readonly key: string;
  /** As people say it. */
  readonly label: string;
  readonly files: readonly File[];
}

/** Files, newest first, under their local months. */
export function byMonth<File extends Dated>(files: readonly File[]): readonly Month<File>[] {
  const format = new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric' });
  const months = new Map<string, File[]>();
  for (const file of files) {
    const date = new Date(file.createdAt);
    const key = `${String(date.getFullYear())}-${String(date.getMonth() + 1)}`;
    const known = months.get(key);
    if (known === undefined) months.set(key, [file]);
    else known.push(file);
  }
  return [...months].map(([key, inMonth]) => ({ key, label: format.format(new Date(inMonth[0]?.createdAt ?? 0)), files: inMonth }));
}
