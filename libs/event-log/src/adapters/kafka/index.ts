export * from './kafka-event-log';
export { type KafkaHooks } from './kafka-hooks';
export { type KafkaConnectionOptions } from './kafkajs';
export { type TopicSpec } from './topic-provisioner';
