import {
  AUDIT_QUERIES,
  DEAD_LETTER_QUERIES,
  DeadLetter,
  DeadLetterDetails,
  PartitionList,
  REST_BODIES,
  REST_QUERIES,
  ShardMap,
  ShardMove,
} from '@agent-chat/contracts';
import { Health, InfrastructureStatus } from './operations-answers';
import { area } from './route-spec';

const health = { access: 'public', answers: { 200: Health, 503: Health } } as const;
const settle = { access: 'operator', answers: { 200: DeadLetter }, errors: ['NOT_FOUND', 'DEAD_LETTER_SETTLED', 'IDEMPOTENCY_CONFLICT'] } as const;

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
      summary: 'The process that answers in detail, with its circuit breakers, and the processes that it knows',
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
      at: 'get /audit',
      id: 'listAudit',
      summary: 'The audit trail, newest first',
      access: 'operator',
      query: REST_QUERIES.audit,
      answers: { 200: AUDIT_QUERIES['audit.list'].answer },
    },
    {
      at: 'get /audit/export',
      id: 'exportAudit',
      summary: 'All of the audit trail, an entry a line, with the hashes that `npm run audit:verify` checks; the last line says where each chain ends',
      access: 'operator',
      answers: { 200: null },
      mediaType: 'application/x-ndjson',
    },
    {
      at: 'post /audit/erasures',
      id: 'eraseFromAudit',
      summary: 'Take a person out of the audit trail for good; it stays verifiable',
      access: 'operator',
      body: REST_BODIES.eraseFromAudit,
      answers: { 200: AUDIT_QUERIES['audit.erase'].answer },
    },
    {
      at: 'get /operations/partitions',
      id: 'listPartitions',
      summary: 'Who owns the partitions, and how far each consumer group is behind',
      access: 'operator',
      answers: { 200: PartitionList },
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
    {
      at: 'get /operations/dead-letters',
      id: 'listDeadLetters',
      summary: 'Commands, events and jobs that failed for good and wait, newest first',
      access: 'operator',
      query: REST_QUERIES.deadLetters,
      answers: { 200: DEAD_LETTER_QUERIES['deadLetters.list'].answer },
    },
    {
      at: 'get /operations/dead-letters/{letterId}',
      id: 'getDeadLetter',
      summary: 'One of them, with what it says and what was done with it',
      access: 'operator',
      answers: { 200: DeadLetterDetails },
      errors: ['NOT_FOUND'],
    },
    {
      at: 'post /operations/dead-letters/{letterId}/replay',
      id: 'replayDeadLetter',
      summary: 'Have it done again: a command is appended again, an event handled again by its consumer, a job queued again',
      isKeyed: true,
      ...settle,
    },
    {
      at: 'post /operations/dead-letters/{letterId}/discard',
      id: 'discardDeadLetter',
      summary: 'Forget it',
      isKeyed: true,
      ...settle,
    },
  ]),
];
