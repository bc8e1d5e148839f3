import { declareCounter, declareGauge } from '@agent-chat/observability';
import { type BreakerState } from './breaker';

const calls = declareCounter({
  name: 'agent_chat_breaker_calls_total',
  help: 'Calls by breaker: ok, failed, or refused because the breaker was open or full',
  labels: ['breaker', 'outcome'],
});
const states = declareGauge({
  name: 'agent_chat_breakers',
  help: 'How many breakers of a name are in each state; several where each target has its own',
  labels: ['breaker', 'state'],
});

export function countCall(breaker: string, outcome: 'ok' | 'failed' | 'open' | 'full'): void {
  calls.inc({ breaker, outcome });
}

/** A breaker came into a state, out of another; undefined where it begins or ends. */
export function countState(breaker: string, before: BreakerState | undefined, after: BreakerState | undefined): void {
  if (before !== undefined) states.dec({ breaker, state: before });
  if (after !== undefined) states.inc({ breaker, state: after });
}
