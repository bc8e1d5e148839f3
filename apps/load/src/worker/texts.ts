const WORDS =
  'so the train was late again and we walked along the river until it got dark, which was fine since nobody had a plan for the evening anyway; tell me when you are ready, ';
const LONGEST = 8_000;
const CORPUS = WORDS.repeat(Math.ceil(LONGEST / WORDS.length) + 1);
/** Of the logarithm of the length: two thirds of the texts are between 0.4 and 2.5 times the median. */
const SPREAD = 0.9;

/** Texts as long as people write them: many short ones, few long ones. Plain ASCII without quotes, so that they are JSON as they are. */
export function textsOf({ median, max }: { readonly median: number; readonly max: number }, random: () => number): () => string {
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const length = Math.min(max, Math.max(1, Math.round(median * Math.exp(SPREAD * normal))));
    const start = Math.floor(random() * WORDS.length);
    const text = CORPUS.slice(start, start + length);
    return text.trim() === '' ? 'a' : text;
  };
}
