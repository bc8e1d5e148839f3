/** Characters that turn around everything that follows, and that nobody sees. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/gu;
/** The same, and those that say how they read themselves. */
const DIRECTION = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A name as it can stand inside of other words, without turning them around. */
export function withoutDirection(name: string): string {
  return name.replace(TURNING, '');
}

/** The `dir` of a field: it reads as what is in it, an empty one as the page does. */
export function directionOf(value: string | undefined): 'auto' | undefined {
  return value === undefined || value === '' ? undefined : 'auto';
}

/** A text that has to be seen as it is, such as code or an address: what is invisible and turns it around is shown by its number. */
export function withVisibleDirection(text: string): string {
  return text.replace(DIRECTION, (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** A file's name without what nobody sees and what makes it read otherwise: as the server will keep it. */
export function withoutMarks(fileName: string): string {
  return fileName.replace(DIRECTION, '').replace(/\p{Cc}/gu, '');
}
