import { type RecordBatch } from '@agent-chat/event-log';
import { serveTasks } from '@agent-chat/load';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { framesOf, LimitCommitter, type LimitOutcome, SCHEMA } from './limit-rows';
import { CHANNEL, COMMANDS, EVENTS, GATHER_MS, type LimitCommand, type LimitServers, openLimitLog, sealDelivery } from './limit-wire';

/** The limit's owner of all partitions: what the log brings is stored, one commit at a time in each database, then published to the gateway and to the log. */
async function start({ brokers, redisUrl, databaseUrls }: LimitServers): Promise<void> {
  const log = await openLimitLog(brokers);
  const redis = new Redis(redisUrl);
  const publish = (outcomes: readonly LimitOutcome<LimitCommand>[]): void => {
    const answers = outcomes.map(({ post, answer }) => ({ request: post.request, answer }));
    void redis.publish(CHANNEL, sealDelivery({ frames: framesOf(outcomes), answers }));
    const events = outcomes.map(({ post: { roomId }, event }) => ({ key: roomId, value: event, headers: {} }));
    void log.append(EVENTS, events);
  };
  const committers = await Promise.all(
    databaseUrls.map(async (connectionString) => {
      const pool = new Pool({ connectionString, max: 2 });
      await pool.query(SCHEMA);
      return new LimitCommitter<LimitCommand>(pool, publish);
    }),
  );
  const onBatch = ({ partition, records }: RecordBatch): Promise<void> => {
    for (const { value } of records) committers[partition % committers.length]?.add(JSON.parse(value) as LimitCommand);
    return Promise.resolve();
  };
  await log.subscribe({ topic: COMMANDS, group: 'limit', startAt: 'beginning', commit: 'auto', gatherMs: GATHER_MS, onBatch });
}

serveTasks({ start });
