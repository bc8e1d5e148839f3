import { type CacheObserver } from '@agent-chat/cache';
import { type StatementObserver } from '@agent-chat/database/adapters/postgres';
import { type KafkaHooks } from '@agent-chat/event-log/adapters/kafka';
import { countCacheReads, declareCounter, declareGauge, declareHistogram } from '@agent-chat/observability';
import { type RedisObserver } from '@agent-chat/redis';

const BUCKETS_SEC = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const statements = declareHistogram({
  name: 'agent_chat_database_statement_duration_seconds',
  help: 'Time of a statement, by database; `data` and `fenced` are refusals, `outage` everything whose outcome may be unknown',
  labels: ['database', 'outcome'],
  buckets: BUCKETS_SEC,
});
const appends = declareHistogram({
  name: 'agent_chat_log_request_duration_seconds',
  help: 'Time of a request that appends to Kafka, until all in-sync replicas have it',
  buckets: BUCKETS_SEC,
});
const appended = declareCounter({ name: 'agent_chat_log_records_total', help: 'Records appended to Kafka' });
const lag = declareGauge({
  name: 'agent_chat_log_lag_records',
  help: 'Records that a group has yet to be handed, in the partitions of this process',
  labels: ['topic', 'group'],
});
const rebalances = declareCounter({
  name: 'agent_chat_log_rebalances_total',
  help: 'Times that this process got another set of partitions',
  labels: ['topic', 'group'],
});
const assigned = declareGauge({ name: 'agent_chat_log_assigned_partitions', help: 'Partitions that this process works on', labels: ['topic', 'group'] });
const redis = declareHistogram({
  name: 'agent_chat_redis_command_duration_seconds',
  help: 'Time of a round trip to Redis, by the port that asked',
  labels: ['port', 'outcome'],
  buckets: BUCKETS_SEC,
});
const deadLetters = declareCounter({ name: 'agent_chat_dead_letters_total', help: 'What was laid to the dead letters in this process', labels: ['kind'] });

/** Counts each job that failed for good. */
export function countDeadJob(): void {
  deadLetters.inc({ kind: 'job' });
}

/** Counts each statement. */
export const observeStatement: StatementObserver = ({ database, durationMs, outcome }) => {
  statements.observe({ database, outcome }, durationMs / 1_000);
};

/** Counts each value asked of the cache by what its key begins with, of which there are a few. */
export const observeCache: CacheObserver = (key, wasThere) => {
  countCacheReads(key.slice(0, key.indexOf(':')), wasThere ? { hits: 1, misses: 0 } : { hits: 0, misses: 1 });
};

/** Counts the round trips of one port. */
export function observeRedis(port: string): RedisObserver {
  return (outcome, elapsedMs) => {
    redis.observe({ port, outcome }, elapsedMs / 1_000);
  };
}

/** What a group has yet to be handed of a topic's partitions in this process, and in all. */
class GroupLag {
  private readonly records = new Map<number, number>();
  private total = 0;

  constructor(private readonly labels: { readonly topic: string; readonly group: string }) {}

  set(partition: number, records: number): void {
    const before = this.records.get(partition) ?? 0;
    this.records.set(partition, records);
    if (records !== before) this.show(records - before);
  }

  keepOnly(partitions: readonly number[]): void {
    for (const [partition, records] of this.records) {
      if (partitions.includes(partition)) continue;
      this.records.delete(partition);
      this.total -= records;
    }
    this.show(0);
  }

  private show(change: number): void {
    this.total += change;
    lag.set(this.labels, this.total);
  }
}

const lags = new Map<string, GroupLag>();

function lagOf(topic: string, group: string): GroupLag {
  const name = `${topic} ${group}`;
  const known = lags.get(name) ?? new GroupLag({ topic, group });
  lags.set(name, known);
  return known;
}

/** Counts what the log on Kafka does. */
export const kafkaMetrics: Pick<KafkaHooks, 'onProduced' | 'onLag' | 'onRebalance'> = {
  onProduced: ({ records, latencyMs }) => {
    appends.observe(latencyMs / 1_000);
    appended.inc(records);
  },
  onLag: ({ topic, group, partition, records }) => {
    lagOf(topic, group).set(partition, records);
  },
  onRebalance: ({ topic, group, assigned: partitions }) => {
    rebalances.inc({ topic, group });
    assigned.set({ topic, group }, partitions.length);
    lagOf(topic, group).keepOnly(partitions);
  },
};
