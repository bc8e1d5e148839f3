import { declareCounter, declareGauge, declareHistogram } from '@agent-chat/observability';

/** What the write path counts. */
export const commitDuration = declareHistogram({
  name: 'agent_chat_commit_duration_seconds',
  help: 'Time from taking a batch of commands until it is stored, or not',
  labels: ['outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
export const commitWorks = declareHistogram({
  name: 'agent_chat_commit_works',
  help: 'Commands and read marks in a stored batch',
  buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
});
export const ownedPartitions = declareGauge({ name: 'agent_chat_owned_partitions', help: 'Partitions that this process owns and works on' });
export const deadLetters = declareCounter({
  name: 'agent_chat_dead_letters_total',
  help: 'What was laid to the dead letters in this process',
  labels: ['kind'],
});
