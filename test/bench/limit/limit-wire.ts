import { KafkaEventLog } from '@agent-chat/event-log/adapters/kafka';
import { type LimitPost } from './limit-rows';

/** What the gateway of the limit tells its chat process, and what it gets back: as our own two do, and no more. */
export const COMMANDS = 'limit.commands';
export const EVENTS = 'limit.events';
/** The one gateway's channel. */
export const CHANNEL = 'limit.gateway';
const PARTITIONS = 64;
const DAY_MS = 86_400_000;
/** As ours: records that come within so much share a fetch. */
export const GATHER_MS = 4;

/** A post on its way through the log. */
export interface LimitCommand extends LimitPost {
  /** By which the gateway finds who waits for the answer. */
  readonly request: number;
}

/** How both are reached. */
export interface LimitServers {
  readonly brokers: string;
  readonly redisUrl: string;
  readonly databaseUrls: readonly string[];
}

interface Delivery {
  readonly frames: ReadonlyMap<string, string>;
  readonly answers: readonly { readonly request: number; readonly answer: string }[];
}

/** The log of our own cluster: kafkajs's producer and consumer take more for a record, see `npm run bench -- event-log log=kafka`. */
export function openLimitLog(brokers: string): Promise<KafkaEventLog> {
  return KafkaEventLog.open({
    connection: { brokers: brokers.split(','), clientId: 'limit' },
    partitionCount: PARTITIONS,
    topics: [COMMANDS, EVENTS].map((topic) => ({ topic, retentionMs: DAY_MS, segmentMs: DAY_MS })),
    replicationFactor: 1,
  });
}

// A line each, which JSON never breaks: nothing is encoded a second time.

export function sealDelivery({ frames, answers }: Delivery): string {
  const lines = [...frames].map(([roomId, frame]) => `${roomId} ${frame}`);
  return [...lines, ...answers.map(({ request, answer }) => `#${String(request)} ${answer}`)].join('\n');
}

export function unsealDelivery(text: string): Delivery {
  const frames = new Map<string, string>();
  const answers: { request: number; answer: string }[] = [];
  for (const line of text.split('\n')) {
    const at = line.indexOf(' ');
    if (line.startsWith('#')) answers.push({ request: Number(line.slice(1, at)), answer: line.slice(at + 1) });
    else frames.set(line.slice(0, at), line.slice(at + 1));
  }
  return { frames, answers };
}
