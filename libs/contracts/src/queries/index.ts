import { type z } from 'zod';
import { ANALYTICS_QUERIES } from './analytics-queries';
import { AUDIT_QUERIES } from './audit-queries';
import { DEAD_LETTER_QUERIES } from './dead-letter-queries';
import { FIGURE_QUERIES } from './figure-queries';
import { OWNER_QUERIES } from './owner-queries';
import { PRESENCE_QUERIES } from './presence-queries';
import { ROOM_QUERIES } from './room-queries';
import { SHARD_QUERIES } from './shard-queries';
import { STORAGE_QUERIES } from './storage-queries';
import { WORKER_QUERIES } from './worker-queries';

export * from './analytics-queries';
export * from './audit-queries';
export * from './dead-letter-queries';
export * from './define-query';
export * from './error-body';
export * from './figure-queries';
export * from './owner-queries';
export * from './presence-queries';
export * from './room-queries';
export * from './shard-queries';
export * from './storage-queries';
export * from './worker-queries';

/** What a process does; by this name others find it. */
export type ServiceName = 'gateway' | 'chat' | 'presence' | 'analytics' | 'storage' | 'worker';

/** Every question that services ask each other. */
export const QUERIES = {
  ...ROOM_QUERIES,
  ...OWNER_QUERIES,
  ...SHARD_QUERIES,
  ...DEAD_LETTER_QUERIES,
  ...PRESENCE_QUERIES,
  ...ANALYTICS_QUERIES,
  ...FIGURE_QUERIES,
  ...AUDIT_QUERIES,
  ...STORAGE_QUERIES,
  ...WORKER_QUERIES,
} as const;

/** The name of a question. */
export type QueryName = keyof typeof QUERIES;

const ANSWERING: readonly (readonly [ServiceName, object])[] = [
  ['chat', ROOM_QUERIES],
  ['chat', OWNER_QUERIES],
  ['chat', SHARD_QUERIES],
  ['chat', DEAD_LETTER_QUERIES],
  ['presence', PRESENCE_QUERIES],
  ['analytics', ANALYTICS_QUERIES],
  ['analytics', FIGURE_QUERIES],
  ['analytics', AUDIT_QUERIES],
  ['storage', STORAGE_QUERIES],
  ['worker', WORKER_QUERIES],
];
const SERVICES: ReadonlyMap<string, ServiceName> = new Map(
  ANSWERING.flatMap(([service, queries]) => Object.keys(queries).map((query) => [query, service] as const)),
);

/** The service whose processes answer a query. */
export function serviceOf(query: QueryName): ServiceName {
  const service = SERVICES.get(query);
  if (service === undefined) throw new Error(`No service answers ${query}`);
  return service;
}
/** What a caller passes. */
export type QueryInput<Name extends QueryName> = z.input<(typeof QUERIES)[Name]['input']>;
/** What the answer says, checked. */
export type QueryAnswer<Name extends QueryName> = z.output<(typeof QUERIES)[Name]['answer']>;
