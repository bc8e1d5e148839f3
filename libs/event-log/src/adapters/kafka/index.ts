export * from './kafka-event-log';
export type { KafkaHooks } from './kafka-hooks';
