import { ANALYTICS_QUERIES, REST_BODIES, REST_QUERIES, ShardMap, ShardMove } from '@agent-chat/contracts';
import { Health, InfrastructureStatus } from './operations-answers';
import { area } from './route-spec';

const health = { access: 'public', answers: { 200: Health, 503: Health } } as const;

/** For operators, probes and readers of this document. */
export const OPERATIONS_ROUTES = [
  ...area('Operations', '/api', [
    { at: 'get /health', id: 'getHealth', summary: 'How this process and what it rests on stand; 503 when it is of no use', ...health },
    { at: 'get /health/live', id: 'getLiveness', summary: 'Whether to leave this process running', ...health },
    { at: 'get /health/ready', id: 'getReadiness', summary: 'Whether to send callers here', ...health },
    { at: 'get /metrics', id: 'getMetrics', summary: "Metrics in Prometheus's text format", access: 'public', answers: { 200: null }, mediaType: 'text/plain' },
    {
      at: 'get /infrastructure/status',
      id: 'getInfrastructure',
      summary: 'This process in detail, the processes that it knows, and its circuit breakers',
      access: 'operator',
      answers: { 200: InfrastructureStatus },
    },
    { at: 'get /openapi.json', id: 'getOpenApi', summary: 'This document', access: 'public', answers: { 200: null }, mediaType: 'application/json' },
    {
      at: 'get /asyncapi.json',
      id: 'getAsyncApi',
      summary: 'The frames of sockets and event streams',
      access: 'public',
      answers: { 200: null },
      mediaType: 'application/json',
    },
  ]),
  ...area('Operations', '/api/v1', [
    {
      at: 'get /analytics/days',
      id: 'getDays',
      summary: 'Messages and active people by day',
      access: 'operator',
      query: REST_QUERIES.analyticsDays,
      answers: { 200: ANALYTICS_QUERIES['analytics.days'].answer },
    },
    {
      at: 'get /audit',
      id: 'listAudit',
      summary: 'The audit trail, newest first',
      access: 'operator',
      query: REST_QUERIES.audit,
      answers: { 200: ANALYTICS_QUERIES['audit.list'].answer },
    },
    {
      at: 'get /operations/shards',
      id: 'getShards',
      summary: 'Where the logical shards are, how large they are, and which were moved',
      access: 'operator',
      answers: { 200: ShardMap },
    },
    {
      at: 'post /operations/shards/{partition}/move',
      id: 'moveShard',
      summary: 'Begin to move a logical shard to another database while it is used; one at a time',
      access: 'operator',
      body: REST_BODIES.moveShard,
      answers: { 202: ShardMove },
      errors: ['NOT_FOUND', 'LIMIT_REACHED'],
    },
    {
      at: 'delete /operations/shards/{partition}/move',
      id: 'cancelShardMove',
      summary: 'Take a move back; LIMIT_REACHED once the shard is at its new place',
      access: 'operator',
      answers: { 202: ShardMove },
      errors: ['NOT_FOUND', 'LIMIT_REACHED'],
    },
  ]),
];
