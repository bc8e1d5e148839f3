/** An answer that is JSON text already: a handler that has it so answers with this, and nobody on the way reads it again. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** What an answer is on the way; undefined for what JSON doesn't know. */
export function textOf(answer: unknown): string | undefined {
  return answer instanceof JsonText ? answer.text : JSON.stringify(answer);
}

/** What is left of a value on the other side. */
export function readText(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
