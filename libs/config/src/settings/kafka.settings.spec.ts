import { loadConfig } from '../load-config';

const BROKERS = { KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092' };

describe('the settings of Kafka', () => {
  it('are absent where no broker is named', () => {
    expect(loadConfig({}).kafka).toBeUndefined();
  });

  it('name brokers, and keep records three times unless told otherwise', () => {
    expect(loadConfig(BROKERS).kafka).toEqual({
      connection: { brokers: ['kafka-1:9092', 'kafka-2:9092'], connectTimeoutMs: 3_000, requestTimeoutMs: 3_000 },
      replicationFactor: 3,
      appendTimeoutMs: 5_000,
      sessionTimeoutMs: 6_000,
    });
  });

  it('encrypt and log in', () => {
    const { kafka } = loadConfig({
      ...BROKERS,
      ...{ KAFKA_TLS: 'on', KAFKA_TLS_CA: 'ca', KAFKA_TLS_CERT: 'cert', KAFKA_TLS_KEY: 'key' },
      ...{ KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_USERNAME: 'chat', KAFKA_PASSWORD: 'secret' },
    });
    expect(kafka?.connection).toMatchObject({
      tls: { ca: 'ca', cert: 'cert', key: 'key' },
      sasl: { mechanism: 'scram-sha-512', username: 'chat', password: 'secret' },
    });
  });

  it.each([
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'kafka-1' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'http://kafka-1:9092' }],
    ['KAFKA_PASSWORD', { KAFKA_SASL_MECHANISM: 'plain', KAFKA_USERNAME: 'chat' }],
    ['KAFKA_USERNAME', { KAFKA_USERNAME: 'chat' }],
    ['KAFKA_TLS_CA', { KAFKA_TLS_CA: 'ca' }],
    ['KAFKA_TLS_KEY', { KAFKA_TLS: 'on', KAFKA_TLS_CERT: 'cert' }],
  ])('complain about %s in %j', (name, settings) => {
    expect(() => loadConfig({ ...BROKERS, ...settings })).toThrow(name);
  });
});
