/**
 * Which stage of a message's way each piece of code works for: the one place that says so. A sample counts for the nearest function on its stack, from the top, that
 * is named here; so what a package or Node does for a stage counts for it, and only what nobody here asked for stands under a name of its own.
 *
 * A rule is a path from the root of the repository (a folder, or a file without its ending), or that of a package as `pg/` or `ws/lib/receiver`; `#name` narrows it to
 * one function. The longest one counts.
 */
export interface Stage {
  readonly name: string;
  /** What is done in it, for a reader of the table. */
  readonly does: string;
  readonly code: readonly string[];
}

const GATEWAY = 'apps/gateway/src';
const CHAT = 'apps/chat/src';
const KAFKA = 'libs/event-log/src/adapters/kafka';

export const STAGES: readonly Stage[] = [
  {
    name: 'read',
    does: 'WebSocket and Engine.IO frames off the socket; HTTP requests',
    code: ['ws/lib/receiver', 'ws/lib/websocket', 'engine.io/', 'express/', 'router/', 'body-parser/', '@nestjs/platform-express/', '@nestjs/core/router/'],
  },
  {
    name: 'parse',
    does: 'the Socket.IO packet, and who handles it',
    code: [
      'socket.io/',
      'socket.io-parser/',
      'engine.io-parser/',
      '@nestjs/websockets/',
      'rxjs/',
      `${GATEWAY}/interface/realtime/slim-io.adapter`,
      `${GATEWAY}/interface/realtime/realtime.gateway`,
    ],
  },
  {
    name: 'validate',
    does: 'schemas, log-in, limits',
    code: [
      'zod/',
      'libs/contracts/src/validation',
      'libs/contracts/src/frames',
      'libs/auth',
      'jose/',
      'helmet/',
      'libs/ephemeral-store',
      `${GATEWAY}/application/limits`,
      `${GATEWAY}/application/auth`,
      `${GATEWAY}/infrastructure/auth`,
      `${GATEWAY}/interface/auth`,
      `${GATEWAY}/interface/http`,
      `${GATEWAY}/application/realtime/call-limits`,
      `${GATEWAY}/interface/realtime/frame-budget`,
      `${GATEWAY}/interface/realtime/socket-dispatch`,
      `${GATEWAY}/interface/realtime/socket-calls`,
      `${GATEWAY}/interface/realtime/socket-connection#takeCall`,
    ],
  },
  {
    name: 'append',
    does: 'the command (in chat: the event) into the log',
    code: [
      `${GATEWAY}/application/log-command-sender`,
      `${GATEWAY}/application/room-commands`,
      'libs/contracts/src/commands/command#encodeCommand',
      'libs/event-log/src/adapters/memory',
      `${KAFKA}/kafka-event-log`,
      `${KAFKA}/kafka-appender`,
      `${KAFKA}/append-outcome`,
      `${KAFKA}/partition-queue`,
      `${KAFKA}/produce-request`,
      `${KAFKA}/producer-identity`,
      `${KAFKA}/wire/wire-writer`,
      `${KAFKA}/wire/produce-api`,
      `${KAFKA}/wire/crc32c`,
      `${KAFKA}/wire/record-batch#writeBatch`,
      `${KAFKA}/wire/record-batch#writeRecord`,
      'lz4-napi/',
    ],
  },
  {
    name: 'take in',
    does: 'records out of the log, decoded',
    code: [
      KAFKA,
      'libs/event-log/src/adapters/memory/consumer-group',
      'libs/event-log/src/adapters/memory/delivery-rounds',
      'libs/event-log/src/adapters/memory/group-member',
      'libs/event-log/src/adapters/memory/group-partition',
      `${CHAT}/application/write/batch-decider#decodeWork`,
      `${CHAT}/application/write/owned-partition`,
      `${CHAT}/application/write/chat-owner#receive`,
      'libs/contracts/src/commands',
    ],
  },
  {
    name: 'apply',
    does: 'keys looked up, the rules of the room, its new state',
    code: [
      `${CHAT}/domain`,
      `${CHAT}/application/write/batch-decider`,
      `${CHAT}/application/write/batch-loader`,
      `${CHAT}/infrastructure/write/aggregate-reader`,
      `${CHAT}/infrastructure/write/batch-rows`,
      'libs/contracts/src/commands/command#commandDigest',
    ],
  },
  {
    name: 'commit',
    does: 'Postgres: one statement a batch, its parameters, the driver; what is read there too',
    code: [
      `${CHAT}/application/write`,
      `${CHAT}/infrastructure/write/progress-repository`,
      `${CHAT}/infrastructure/write/batch-rows#toParameters`,
      'libs/database',
      'pg/',
      'pg-protocol/',
      'pg-pool/',
      'pg-types/',
    ],
  },
  {
    name: 'encode',
    does: 'the event as everyone gets it, and the frame around it',
    code: [
      `${CHAT}/domain/room-event-view`,
      `${CHAT}/application/write/chat-owner#committed`,
      'libs/contracts/src/events/event-groups#encodeEventGroups',
      `${GATEWAY}/application/realtime/events-frame`,
      `${GATEWAY}/interface/realtime/socket-frame`,
    ],
  },
  {
    name: 'publish',
    does: 'answers and events to gateways over the backplane, events to the log',
    code: [
      `${CHAT}/application/write/answer-dispatcher`,
      `${CHAT}/application/write/event-publisher`,
      'libs/backplane',
      'libs/redis',
      'ioredis/',
      'redis-parser/',
      `${GATEWAY}/application/gateway-inbox`,
      `${GATEWAY}/command.module`,
    ],
  },
  {
    name: 'fan out',
    does: 'which connections an event is for, in which order',
    code: [`${GATEWAY}/application/realtime`, `${GATEWAY}/domain`, 'libs/contracts/src/events'],
  },
  {
    name: 'write',
    does: 'frames and answers to the sockets; HTTP answers',
    code: [
      `${GATEWAY}/interface/realtime`,
      'ws/lib/sender',
      'express/lib/response',
      '@nestjs/core/router/router-response-controller',
      '@nestjs/platform-express/adapters/express-adapter#reply',
      'ws/lib/websocket#send',
      'engine.io/build/socket#sendPacket',
      'engine.io/build/socket#flush',
      'engine.io/build/transports/websocket#send',
      'engine.io/build/transports/websocket#_doSendLast',
      'socket.io/dist/socket#packet',
      'socket.io/dist/client#_packet',
      'socket.io/dist/client#writeToEngine',
      'socket.io-parser/build/cjs/index#encode',
      'socket.io-parser/build/cjs/index#encodeAsString',
    ],
  },
  {
    name: 'answer a query',
    does: 'REST and queries between services: history, heads, outcomes',
    code: [
      `${GATEWAY}/interface/rest`,
      `${GATEWAY}/application/rooms`,
      `${GATEWAY}/application/outcome-enquiry`,
      `${CHAT}/application/read`,
      `${CHAT}/infrastructure/read`,
      `${CHAT}/interface`,
      'libs/query-bus',
      'libs/contracts/src/queries',
    ],
  },
  {
    name: 'project',
    does: 'views behind the log: lists, search, figures, audit, presence',
    code: ['libs/messaging', '@nestjs/microservices/', `${CHAT}/infrastructure/project`, `${CHAT}/application/project`, 'apps/analytics', 'apps/presence'],
  },
  {
    name: 'observe',
    does: 'metrics, log lines, health',
    code: ['libs/observability', 'prom-client/', 'pino/', 'pino-http/', 'nestjs-pino/', 'opossum/', 'libs/resilience'],
  },
  { name: 'Kafka client', does: 'requests and connections of kafkajs, for whichever stage', code: ['kafkajs/'] },
];

/** What is done for no stage in particular, by the name of a native function or that of a file of Node's. */
export const RUNTIME_STAGES: readonly (Omit<Stage, 'code'> & { readonly functions: readonly string[] })[] = [
  { name: 'collect garbage', does: "V8's share of it on the main thread", functions: ['(garbage collector)'] },
  { name: 'event loop', does: 'native code without JavaScript: polling, reading sockets', functions: ['(program)'] },
  {
    name: 'resume promises',
    does: "the queue of promises' continuations, and Node's books about each promise where something follows them",
    functions: ['runMicrotasks', 'node:internal/async_hooks', 'node:async_hooks', 'node:internal/process/task_queues', 'node:internal/process/promises'],
  },
];

/** Everything else: Node's callbacks, timers, promises and streams that no stage is on the stack of. */
export const UNATTRIBUTED: Omit<Stage, 'code'> = { name: 'unattributed', does: 'Node itself, and what no rule names' };
