import { Store } from './store';
import { speak, type Words } from './translate';

/** A language that the page speaks. */
export interface Language {
  readonly id: string;
  /** As those who speak it call it. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  /** Its words are a file of their own. */
  readonly load: () => Promise<Words>;
}

const ENGLISH: Language = { id: 'en', name: 'English', direction: 'ltr', load: () => Promise.resolve({}) };

/** Every language of the page. One more is a line here and a file of words; its direction turns the whole page. */
export const LANGUAGES: readonly Language[] = [ENGLISH, { id: 'de', name: 'Deutsch', direction: 'ltr', load: async () => (await import('../locales/de')).de }];

const KEY = 'agent-chat:language';

/** What is spoken now; `revision` grows with every change, so that everything that was said is said anew. */
export const language = new Store<{ readonly spoken: Language; readonly revision: number }>({ spoken: ENGLISH, revision: 0 });

/** The language that fits best: the one that was chosen, else the first of the browser's that is spoken here. */
export function bestLanguage(chosen: string | null, wanted: readonly string[]): Language {
  const ids = [...(chosen === null ? [] : [chosen]), ...wanted.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '')];
  return ids.flatMap((id) => LANGUAGES.find((known) => known.id === id) ?? [])[0] ?? ENGLISH;
}

/** The locale for dates and numbers: the browser's own variant of the language, where it has one. */
export function localeOf({ id }: Language, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.toLowerCase().split('-')[0] === id) ?? id;
}

async function show(spoken: Language): Promise<void> {
  speak(localeOf(spoken, navigator.languages), await spoken.load());
  document.documentElement.lang = spoken.id;
  document.documentElement.dir = spoken.direction;
  language.update(({ revision }) => ({ spoken, revision: revision + 1 }));
}

/** Before anything is shown. Words that can't be fetched leave the page in English. */
export async function applyStoredLanguage(): Promise<void> {
  let chosen: string | null = null;
  try {
    chosen = window.localStorage.getItem(KEY);
  } catch {
    // Without storage the browser's languages decide.
  }
  await show(bestLanguage(chosen, navigator.languages)).catch(() => undefined);
}

/** Rejects where the words can't be fetched; the language stays then. */
export async function chooseLanguage(spoken: Language): Promise<void> {
  await show(spoken);
  try {
    window.localStorage.setItem(KEY, spoken.id);
  } catch {
    // Then it holds until the page is left.
  }
}
