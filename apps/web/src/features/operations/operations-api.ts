import type { DeadLetter, DeadLetterDetails, PartitionList, QueryAnswer } from '@agent-chat/contracts';
import { client } from '../../core/client';

type Query = Readonly<Record<string, string | number | undefined>>;

const get = <Answer>(path: string, query?: Query): Promise<Answer> => client.request<Answer>({ method: 'GET', path, query });

/** How a part of a process stands. */
export type Health = 'up' | 'degraded' | 'down';

/** What the process that answers says of itself, and whom it knows. */
export interface Infrastructure {
  readonly status: Health;
  readonly components: readonly {
    readonly name: string;
    readonly isRequired: boolean;
    readonly status: Health;
    readonly details?: Readonly<Record<string, string | number | boolean>>;
  }[];
  readonly profile: string;
  readonly process: {
    readonly service: string;
    readonly instanceId: string;
    readonly address?: string;
    readonly node: string;
    readonly uptimeSec: number;
    readonly rssBytes: number;
    readonly eventLoopDelayP99Ms: number;
  };
  readonly instances: readonly {
    readonly service: string;
    readonly instanceId: string;
    readonly version: string;
    readonly address: string;
    readonly load: number;
    readonly ageMs: number;
  }[];
  readonly breakers: readonly { readonly name: string; readonly target?: string; readonly state: 'closed' | 'open' | 'half-open'; readonly failures: number }[];
  readonly moves?: readonly { readonly partition: number; readonly source: string; readonly target: string; readonly phase: string; readonly copied: number }[];
}

/** What operators ask and do. */
export const operations = {
  activity: (query: Query) => get<QueryAnswer<'figures.activity'>>('/analytics/activity', query),
  people: (query: Query) => get<QueryAnswer<'figures.people'>>('/analytics/people', query),
  rooms: (query: Query) => get<QueryAnswer<'figures.rooms'>>('/analytics/rooms', query),
  delivery: (query: Query) => get<QueryAnswer<'figures.delivery'>>('/analytics/delivery', query),
  errors: (query: Query) => get<QueryAnswer<'figures.errors'>>('/analytics/errors', query),
  infrastructure: () => get<Infrastructure>('/api/infrastructure/status'),
  partitions: () => get<PartitionList>('/operations/partitions'),
  deadLetters: (query: Query) => get<QueryAnswer<'deadLetters.list'>>('/operations/dead-letters', query),
  deadLetter: (id: string) => get<DeadLetterDetails>(`/operations/dead-letters/${encodeURIComponent(id)}`),
  /** `key` makes it one act, however often it is asked for. */
  settle: (id: string, act: 'replay' | 'discard', key: string) =>
    client.request<DeadLetter>({ method: 'POST', path: `/operations/dead-letters/${encodeURIComponent(id)}/${act}`, key }),
  audit: (query: Query) => get<QueryAnswer<'audit.list'>>('/audit', query),
  /** Takes a person out of the audit trail. */
  erase: (userId: string) => client.request<QueryAnswer<'audit.erase'>>({ method: 'POST', path: '/audit/erasures', body: { userId } }),
};
