import { declareCounter, declareGauge, declareHistogram } from '@agent-chat/observability';

/** What moves of shards count, each in the process that runs it. */
export const runningMoves = declareGauge({
  name: 'agent_chat_shard_moves_running',
  help: 'Moves of shards that this process runs, by phase',
  labels: ['phase'],
});
export const endedMoves = declareCounter({
  name: 'agent_chat_shard_moves_total',
  help: 'Moves of shards that ended in this process: done, cancelled, or failed',
  labels: ['outcome'],
});
export const movedRows = declareCounter({ name: 'agent_chat_shard_move_rows_total', help: 'Rows of shards that this process has copied to another database' });
export const moveStall = declareHistogram({
  name: 'agent_chat_shard_move_stall_seconds',
  help: 'Time that writers of a shard had to wait for its switch to another database',
  buckets: [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3],
});
