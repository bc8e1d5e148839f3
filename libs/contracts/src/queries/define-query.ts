import { type z } from 'zod';

/** Who answers a query: the owner of the room's partition, or any process of the service. */
export type QueryRouting = 'owner' | 'any';

export interface QueryDefinition<Input extends z.ZodType = z.ZodType, Answer extends z.ZodType = z.ZodType> {
  readonly input: Input;
  readonly answer: Answer;
  readonly routing: QueryRouting;
}

export function defineQuery<Input extends z.ZodType, Answer extends z.ZodType>(
  routing: QueryRouting,
  input: Input,
  answer: Answer,
): QueryDefinition<Input, Answer> {
  return { input, answer, routing };
}
