export * from './kafka-event-log';
export type { KafkaHooks } from './kafka-hooks';
export { assignPartitions, decodeAssignment, decodeClaim, encodeAssignment, encodeClaim } from './group-assignment';
