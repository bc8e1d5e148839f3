/** What stands for the `{names}` in a text. */
export type Values = Readonly<Record<string, string | number>>;

/** A text that depends on a number, by the categories of `Intl.PluralRules`; `{count}` is the number. */
export type Plurals = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** The words of a language, by the English ones; a text that depends on a number by its English `other`. */
export type Words = Readonly<Record<string, string | Plurals>>;

let words: Words = {};
let spoken = 'en';
let rules = new Intl.PluralRules('en');
let numbers = new Intl.NumberFormat('en');

/** From now on every text is in this language. English needs no words. */
export function speak(inLocale: string, next: Words): void {
  words = next;
  spoken = inLocale;
  rules = new Intl.PluralRules(inLocale);
  numbers = new Intl.NumberFormat(inLocale);
}

/** For dates and numbers: the variant of the language that the person's browser has. */
export function locale(): string {
  return spoken;
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** An English text in the person's language. What is given for `{names}` is put in as it is. */
export function t(english: string, values: Values = {}): string {
  const said = words[english];
  return filled(typeof said === 'string' ? said : english, values);
}

/** The text for a number of things, in the person's language. */
export function plural(count: number, english: Plurals, values: Values = {}): string {
  const said = words[english.other];
  const forms = typeof said === 'object' ? said : english;
  return filled(forms[rules.select(count)] ?? forms.other, { count, ...values });
}

/** A number as the person's language writes it. */
export function numberLabel(value: number): string {
  return numbers.format(value);
}

/** Marks a text that is translated where it is shown, by `t`. */
export function msg(english: string): string {
  return english;
}
