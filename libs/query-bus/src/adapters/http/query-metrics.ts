import { type QueryName } from '@agent-chat/contracts';
import { AppError, ERRORS } from '@agent-chat/kernel';
import { declareCounter, declareHistogram } from '@agent-chat/observability';

const durations = declareHistogram({
  name: 'agent_chat_query_duration_seconds',
  help: 'Time from a question to another process until its answer, second attempts included; `answered` also where the answer is an error',
  labels: ['query', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});
const repeats = declareCounter({
  name: 'agent_chat_query_repeats_total',
  help: 'Questions that were put a second time, to another process or over another connection',
  labels: ['service'],
});

/** What the question resolves or rejects with, measured. */
export async function measured<Answer>(query: QueryName, asking: Promise<Answer>): Promise<Answer> {
  const startedAtMs = performance.now();
  const observe = (outcome: string): void => durations.observe({ query, outcome }, (performance.now() - startedAtMs) / 1_000);
  try {
    const answer = await asking;
    observe('answered');
    return answer;
  } catch (error) {
    observe(outcomeOf(error));
    throw error;
  }
}

export function countRepeat(service: string): void {
  repeats.inc({ service });
}

function outcomeOf(error: unknown): 'answered' | 'unavailable' | 'timeout' {
  const category = error instanceof AppError ? ERRORS[error.code].category : 'internal';
  return category === 'unavailable' || category === 'timeout' ? category : 'answered';
}
