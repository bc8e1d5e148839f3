import { type z } from 'zod';

/** Who answers a query: the owner of the room's partition, or any process of the service. */
export type QueryRouting = 'owner' | 'any';

/** What a query takes, what it answers, and who answers. */
export interface QueryDefinition<Input extends z.ZodType = z.ZodType, Answer extends z.ZodType = z.ZodType> {
  readonly input: Input;
  readonly answer: Answer;
  readonly routing: QueryRouting;
}

/** Declares a query with its types. */
export function defineQuery<Input extends z.ZodType, Answer extends z.ZodType>(
  routing: QueryRouting,
  input: Input,
  answer: Answer,
): QueryDefinition<Input, Answer> {
  return { input, answer, routing };
}
