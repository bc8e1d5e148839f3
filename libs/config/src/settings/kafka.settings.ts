import { z } from 'zod';
import type { KafkaConfig } from '../app-config';
import { InvalidSetting, setting } from '../setting';
import { choice, integer, list } from '../setting-kinds';

const TLS_PARTS = ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'] as const;

function parseBroker(text: string): string {
  const parsed = URL.canParse(`kafka://${text}`) ? new URL(`kafka://${text}`) : undefined;
  if (parsed?.host !== text || parsed.port === '') throw new InvalidSetting('must be addresses such as kafka-1:9092,kafka-2:9092');
  return text;
}

function optional(description: string, secret: boolean): z.ZodType<string | undefined, string | undefined> {
  return setting<string | undefined>({ description, fallback: undefined, defaultText: 'none', secret, parse: (text) => text });
}

/** Where Kafka is, how to reach it, and how long to wait for it. */
export const kafkaSettings = z
  .object({
    KAFKA_BROKERS: list({
      description: 'Some of the brokers, as `host:port` with commas between; the others are found.',
      defaultText: 'none',
      parseItem: parseBroker,
    }),
    KAFKA_REPLICATION_FACTOR: integer({
      description: 'How many brokers keep each record. Used when topics are made; with 3 or more, a record counts as stored once 2 have it.',
      unit: 'brokers',
      fallback: 3,
      min: 1,
      max: 15,
    }),
    KAFKA_TLS: choice({ description: 'Whether connections to the brokers are encrypted.', fallback: 'off', words: ['off', 'on'] }),
    KAFKA_TLS_CA: optional('The authorities whose certificates are trusted instead of the well-known ones, in PEM.', true),
    KAFKA_TLS_CERT: optional('The certificate that this process shows to the brokers, in PEM.', true),
    KAFKA_TLS_KEY: optional('The private key of that certificate, in PEM.', true),
    KAFKA_SASL_MECHANISM: choice({
      description: 'How the process logs in to the brokers.',
      fallback: 'none',
      words: ['none', 'plain', 'scram-sha-256', 'scram-sha-512'],
    }),
    KAFKA_USERNAME: optional('The user to log in as.', false),
    KAFKA_PASSWORD: optional('The password to log in with.', true),
    KAFKA_CONNECT_TIMEOUT_MS: integer({ description: 'How long a connection may take to be made.', unit: 'ms', fallback: 3_000, min: 100, max: 60_000 }),
    KAFKA_REQUEST_TIMEOUT_MS: integer({
      description: 'After how long a request without an answer is sent again.',
      unit: 'ms',
      fallback: 3_000,
      min: 100,
      max: 60_000,
    }),
    KAFKA_APPEND_TIMEOUT_MS: integer({
      description: 'How long a record is offered to the brokers before its sender is told that it failed.',
      unit: 'ms',
      fallback: 5_000,
      min: 100,
      max: 60_000,
    }),
    KAFKA_SESSION_TIMEOUT_MS: integer({
      description: 'After how long without a sign of life a process loses its partitions to others. The brokers set limits of their own.',
      unit: 'ms',
      fallback: 6_000,
      min: 3_000,
      max: 300_000,
    }),
  })
  .superRefine((values, context) => {
    for (const [name, message] of [...loginProblems(values), ...tlsProblems(values)]) context.addIssue({ code: 'custom', path: [name], message });
  });

type Problem = readonly [name: string, message: string];

function loginProblems({ KAFKA_SASL_MECHANISM: mechanism, ...values }: Partial<Record<string, unknown>>): Problem[] {
  const message =
    mechanism === 'none' ? 'needs a KAFKA_SASL_MECHANISM: set it, or leave both out' : `must be given with KAFKA_SASL_MECHANISM=${String(mechanism)}`;
  const wrong = ['KAFKA_USERNAME', 'KAFKA_PASSWORD'].filter((name) => (values[name] === undefined) !== (mechanism === 'none'));
  return wrong.map((name) => [name, message]);
}

function tlsProblems(values: Partial<Record<string, unknown>>): Problem[] {
  const given = TLS_PARTS.filter((name) => values[name] !== undefined);
  if (values['KAFKA_TLS'] === 'off') return given.map((name) => [name, 'needs KAFKA_TLS=on']);
  const [one, ...both] = given.filter((name) => name !== 'KAFKA_TLS_CA');
  if (one === undefined || both.length > 0) return [];
  const other = one === 'KAFKA_TLS_CERT' ? 'KAFKA_TLS_KEY' : 'KAFKA_TLS_CERT';
  return [[other, `must be given with ${one}: a certificate and its key belong together`]];
}

type Values = z.output<typeof kafkaSettings>;

/** What the settings say together; undefined where they name no broker. */
export function toKafkaConfig(values: Values): KafkaConfig | undefined {
  if (values.KAFKA_BROKERS.length === 0) return undefined;
  return {
    connection: {
      brokers: values.KAFKA_BROKERS,
      ...tlsOf(values),
      ...saslOf(values),
      connectTimeoutMs: values.KAFKA_CONNECT_TIMEOUT_MS,
      requestTimeoutMs: values.KAFKA_REQUEST_TIMEOUT_MS,
    },
    replicationFactor: values.KAFKA_REPLICATION_FACTOR,
    appendTimeoutMs: values.KAFKA_APPEND_TIMEOUT_MS,
    sessionTimeoutMs: values.KAFKA_SESSION_TIMEOUT_MS,
  };
}

function tlsOf({ KAFKA_TLS, KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: cert, KAFKA_TLS_KEY: key }: Values): Pick<KafkaConfig['connection'], 'tls'> {
  if (KAFKA_TLS === 'off') return {};
  return { tls: { ...(ca === undefined ? {} : { ca }), ...(cert === undefined || key === undefined ? {} : { cert, key }) } };
}

function saslOf({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password }: Values): Pick<KafkaConfig['connection'], 'sasl'> {
  if (mechanism === 'none' || username === undefined || password === undefined) return {};
  return { sasl: { mechanism, username, password } };
}
