import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { version } from 'kafkajs/package.json';
import Connection from 'kafkajs/src/network/connection';
import RequestQueue from 'kafkajs/src/network/requestQueue';
import { requests } from 'kafkajs/src/protocol/requests';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys';
import { type ConnectionOptions } from 'node:tls';
import { type KafkaBroker, type KafkaCluster, type Protocol, type RawApi, type RawResponses } from './kafkajs-types';
import { type Throttling, type WireApi } from './wire/wire-api';

const KNOWN_VERSION = '2.2.4';
const CHECK_QUEUE_EVERY_MS = 10;
/** What each answer begins with. */
const LENGTH_BYTES = 4;

/** How the brokers are reached. */
export interface KafkaConnectionOptions {
  /** `host:port` of some of the brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: ConnectionOptions | true;
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string };
  readonly connectTimeoutMs?: number;
  /** After how long a request without an answer is given up. */
  readonly requestTimeoutMs?: number;
}

if (version !== KNOWN_VERSION) throw new Error(`The event log on Kafka is built on kafkajs ${KNOWN_VERSION}, but ${version} is installed.`);

// As it is, an idle connection wakes a timer each millisecond. Whoever frees a slot checks the queue anyway: only throttling needs a timer.
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, CHECK_QUEUE_EVERY_MS);
};

// As it is, two requests that find a connection closed open a socket each, and the first one is never closed. And what had come of an answer when the
// connection broke is taken for the beginning of the first answer over the next one: from then on no answer is ever understood.
const connect = Reflect.get(Connection.prototype, 'connect');
const connecting = new WeakMap<object, Promise<true>>();
Connection.prototype.connect = function connectOnce() {
  if (!this.isConnected() && !connecting.has(this)) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: LENGTH_BYTES });
  const begun = connecting.get(this) ?? connect.call(this).finally(() => connecting.delete(this));
  connecting.set(this, begun);
  return begun;
};

// As it is, each attempt to reach a broker that is down adds a listener to the socket of the connection before.
const disconnect = Reflect.get(Connection.prototype, 'disconnect');
Connection.prototype.disconnect = function disconnectOnce() {
  if (this.socket?.destroyed === true) this.socket = null;
  return disconnect.call(this);
};

/**
 * A cluster's connections, without kafkajs's producer and consumer around them. kafkajs hands its `Cluster` to partition assigners: the way to one
 * that stays within its public interface.
 */
export function openCluster(options: KafkaConnectionOptions): KafkaCluster {
  const { brokers, clientId, tls, sasl, connectTimeoutMs = 3_000, requestTimeoutMs = 3_000 } = options;
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Whoever asks tries again, with a back-off and a deadline of its own.
    retry: { retries: 0, initialRetryTime: 50 },
    logLevel: logLevel.NOTHING,
  });
  let captured: unknown;
  kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        captured = cluster;
        return { name: 'none', version: 0, assign: () => Promise.resolve([]), protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }) };
      },
    ],
  });
  const cluster = captured as KafkaCluster;
  const { brokerPool } = cluster;
  const create = brokerPool.createBroker;
  // kafkajs fails on metadata in which one topic or partition has an error. Here that partition just has no leader.
  brokerPool.createBroker = (settings) => {
    const broker = create(settings);
    broker.metadata = (topics) => ask(broker, 'Metadata', { topics: [...topics], allowAutoTopicCreation: false });
    return broker;
  };
  return cluster;
}

/** Sends a request and resolves with the answer as it came, errors of single partitions included: kafkajs itself would throw the first and drop the rest. */
export async function ask<Api extends keyof RawApi>(broker: KafkaBroker, api: Api, payload: RawApi[Api]): Promise<RawResponses[Api]> {
  const protocol = broker.lookupRequest(apiKeys[api], requests[api])(payload);
  const answer = await broker.connectionPool.send({ ...protocol, response: { ...protocol.response, parse: (decoded) => Promise.resolve(decoded) } });
  return answer as RawResponses[Api];
}

/** The same for a request of our own form: kafkajs takes its bytes to the broker, and brings back those of the answer. */
export async function send<Request, Answer extends Throttling, Context>(
  broker: KafkaBroker,
  { name, key, version, encode, decode }: WireApi<Request, Answer, Context>,
  payload: Request,
  context: Context,
): Promise<Answer> {
  const protocol: Protocol = {
    request: {
      apiKey: key,
      apiName: name,
      apiVersion: version,
      encode: () => {
        const { written } = encode(payload);
        return { buf: written, buffer: written };
      },
    },
    response: { decode: (bytes: Buffer) => decode(bytes, context), parse: (decoded) => Promise.resolve(decoded) },
  };
  const definition = {
    versions: [version],
    protocol: ({ version: known }: { readonly version: number }) => {
      if (known < version) throw new Error(`The broker at ${broker.connectionPool.host} is too old: ${name} ${version} is needed, Kafka 2.3 or later`);
      return () => protocol;
    },
  };
  return (await broker.connectionPool.send(broker.lookupRequest(key, definition)(payload))) as Answer;
}

/** Ends all connections at once. kafkajs would wait for answers that may never come. */
export async function closeCluster(cluster: KafkaCluster): Promise<void> {
  const { brokerPool } = cluster;
  for (const broker of [brokerPool.seedBroker, ...Object.values(brokerPool.brokers)]) {
    for (const connection of broker?.connectionPool.pool ?? []) connection.rejectRequests(new Error('The connection is closed'));
  }
  await cluster.disconnect();
}
