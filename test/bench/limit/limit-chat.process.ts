import { partitionOf } from '@agent-chat/kernel';
import { serveTasks } from '@agent-chat/load';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { BareKafka } from './bare-kafka';
import { framesOf, LimitCommitter, type LimitOutcome, SCHEMA } from './limit-rows';
import { CHANNEL, COMMANDS, EVENTS, type LimitCommand, type LimitServers, PARTITIONS, sealDelivery } from './limit-wire';

/** The limit's owner of all partitions: what the log brings is stored, one commit at a time in each database, then published to the gateway and to the log. */
async function start({ brokers, redisUrl, databaseUrls }: LimitServers): Promise<void> {
  const kafka = await BareKafka.open(brokers, [COMMANDS, EVENTS], PARTITIONS);
  const redis = new Redis(redisUrl);
  const publish = (outcomes: readonly LimitOutcome<LimitCommand>[]): void => {
    const answers = outcomes.map(({ post, answer }) => ({ request: post.request, answer }));
    void redis.publish(CHANNEL, sealDelivery({ frames: framesOf(outcomes), answers }));
    const events = outcomes.map(({ post: { roomId }, event }) => ({ partition: partitionOf(roomId, PARTITIONS), key: roomId, value: event }));
    void kafka.append(EVENTS, events);
  };
  const committers = await Promise.all(
    databaseUrls.map(async (connectionString) => {
      const pool = new Pool({ connectionString, max: 2 });
      await pool.query(SCHEMA);
      return new LimitCommitter<LimitCommand>(pool, publish);
    }),
  );
  await kafka.consume(COMMANDS, (partition, values) => {
    for (const value of values) committers[partition % committers.length]?.add(JSON.parse(value) as LimitCommand);
  });
}

serveTasks({ start });
