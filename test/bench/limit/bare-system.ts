import { type ChildTask, startTask } from '../load/child-task';
import { type SystemUnderLoad } from '../load/system-under-load';

/** A program beside which the system is measured, on that system's own servers. */
export type BareSystem = Pick<SystemUnderLoad, 'urls' | 'parts' | 'databaseServers'> & { readonly stop: () => Promise<void> };

type Servers = Pick<SystemUnderLoad, 'parts' | 'databaseServers' | 'settings'>;
interface Answer {
  readonly url: string;
}

const PLAIN_CONNECTIONS = 10;

/** What is usually written first: Socket.IO, and an INSERT a message. */
export async function startPlain({ databaseServers: [databaseUrl = ''], parts: { postgres = [] } }: Servers): Promise<BareSystem> {
  const task = startTask('plain-socket-io.process.ts');
  const { url } = await task.ask<Answer>('start', { databaseUrl, connections: PLAIN_CONNECTIONS });
  return { urls: [url], parts: { server: [task.pid], postgres }, databaseServers: [databaseUrl], stop: () => task.stop() };
}

/** The durable path and nothing else, over the same servers as the system: one process, or a gateway and a chat process with Kafka and Redis between them. */
export function startLimit(system: Servers): Promise<BareSystem> {
  return system.settings['KAFKA_BROKERS'] === undefined ? startLimitAlone(system) : startLimitCluster(system);
}

async function startLimitAlone({ databaseServers, parts: { postgres = [] } }: Servers): Promise<BareSystem> {
  const task = startTask('../limit/limit.process.ts');
  const { url } = await task.ask<Answer>('start', { databaseUrls: databaseServers });
  return { urls: [url], parts: { server: [task.pid], postgres }, databaseServers, stop: () => task.stop() };
}

async function startLimitCluster({ databaseServers, settings, parts }: Servers): Promise<BareSystem> {
  const servers = { brokers: settings['KAFKA_BROKERS'], redisUrl: settings['REDIS_URL'], databaseUrls: databaseServers };
  // With the nursery that each of our own processes is given.
  const start = (file: string): ChildTask => startTask(file, ['--max-semi-space-size=64']);
  const [gateway, chat] = [start('../limit/limit-gateway.process.ts'), start('../limit/limit-chat.process.ts')];
  const { url } = await gateway.ask<Answer>('start', servers);
  await chat.ask('start', servers);
  const { kafka = [], redis = [], postgres = [] } = parts;
  const stop = async (): Promise<void> => {
    await Promise.all([gateway.stop(), chat.stop()]);
  };
  return { urls: [url], parts: { gateway: [gateway.pid], chat: [chat.pid], kafka, redis, postgres }, databaseServers, stop };
}
