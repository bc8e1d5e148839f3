import { CALL_ANSWERS, CLIENT_CALLS, type ClientCall, ErrorBodySchema, SERVER_FRAMES, type ServerFrame } from '@agent-chat/contracts';
import { z } from 'zod';
import { COMPONENTS } from './components';
import { namedSchemas } from './json-schemas';

const CHANNEL = { $ref: '#/channels/socket' };

/** An AsyncAPI 3 document. */
export interface AsyncApiDocument {
  readonly asyncapi: string;
  readonly info: object;
  readonly channels: Record<string, object>;
  readonly operations: Record<string, object>;
  readonly components: { readonly messages: Record<string, object>; readonly schemas: Record<string, object> };
}

/** The frames of sockets as an AsyncAPI 3 document, made from the schemas that check them. Event streams carry the same bodies. */
export function asyncApiDocument(): AsyncApiDocument {
  const calls = Object.keys(CLIENT_CALLS) as ClientCall[];
  const frames = Object.keys(SERVER_FRAMES) as ServerFrame[];
  const messages = Object.assign(
    {},
    ...calls.flatMap((call) => [messageOf(call, call), messageOf(`${call}.answer`, call)]),
    ...frames.map((frame) => messageOf(frame, frame)),
  ) as Record<string, object>;
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Agent Chat frames',
      version: '1',
      description:
        'Socket.IO at `/socket.io`, WebSocket only, the access token in `auth.token`. Every call takes an acknowledgement: `{ ok: true, ... }` or `{ ok: false, error }`.',
    },
    channels: {
      socket: { address: '/socket.io', messages: Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }])) },
    },
    operations: Object.fromEntries([...calls.map(callOperation), ...frames.map(frameOperation)]),
    components: { messages, schemas: namedSchemas({ ...COMPONENTS, ...frameSchemas() }) },
  };
}

function messageOf(name: string, event: string): Record<string, object> {
  return { [name]: { name: event, contentType: 'application/json', payload: { $ref: `#/components/schemas/${schemaName(name)}` } } };
}

function callOperation(call: ClientCall): [string, object] {
  const reply = { channel: CHANNEL, messages: [{ $ref: `#/channels/socket/messages/${call}.answer` }] };
  return [call, { action: 'receive', channel: CHANNEL, messages: [{ $ref: `#/channels/socket/messages/${call}` }], reply }];
}

function frameOperation(frame: ServerFrame): [string, object] {
  return [`frame.${frame}`, { action: 'send', channel: CHANNEL, messages: [{ $ref: `#/channels/socket/messages/${frame}` }] }];
}

/** What is sent and what is acknowledged, each under a name of its own. */
function frameSchemas(): Record<string, z.ZodType> {
  const refusal = z.object({ ok: z.literal(false), error: ErrorBodySchema });
  const schemas: Record<string, z.ZodType> = {};
  for (const [call, input] of Object.entries(CLIENT_CALLS)) schemas[schemaName(call)] = input;
  for (const [call, answer] of Object.entries(CALL_ANSWERS)) schemas[schemaName(`${call}.answer`)] = z.union([answer.extend({ ok: z.literal(true) }), refusal]);
  for (const [frame, body] of Object.entries(SERVER_FRAMES)) schemas[schemaName(frame)] = body;
  return schemas;
}

/** `message.post` as `MessagePostFrame`. */
function schemaName(frame: string): string {
  const words = frame.split('.').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}Frame`;
}
