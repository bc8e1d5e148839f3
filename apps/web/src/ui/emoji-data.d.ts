/** Emoji of a language in their usual order: the emoji, what it is called, its group, and words to find it by. */
declare module 'virtual:emoji/*' {
  const emoji: readonly (readonly [emoji: string, label: string, group: number, words: string])[];
  export default emoji;
}
