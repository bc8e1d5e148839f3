import { AppError, isUuid, type GatewayId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { hash } from 'node:crypto';
import { fieldErrors } from '../validation';
import { KeySchema } from '../primitives';
import { COMMANDS, type CommandData, type CommandType } from './room-commands';

/** The topic of what shall happen; keyed by room. */
export const COMMANDS_TOPIC = 'chat.commands.v1';
/** Commands that could not be decoded or stored, with cause and origin (P15, P16). */
export const COMMANDS_DEAD_LETTER_TOPIC = 'chat.commands.v1.dlq';

/** How long a key is remembered (P1): a command in the log must not outlive it (P14). */
export const KEY_WINDOW_MS = 7 * 86_400_000;

const VERSION = '1';

/** Who asks, and whom to answer. Readable although the body isn't (P2). */
export interface CommandOrigin {
  readonly actorId: UserId;
  /** Idempotency key (P1). */
  readonly key: string;
  /** New for each call (P2). */
  readonly requestId: RequestId;
  /** The gateway incarnation that waits for the answer. */
  readonly gatewayId: GatewayId;
}

/** A decoded command. */
export type Command<Type extends CommandType = CommandType> = {
  [T in Type]: CommandOrigin & { readonly type: T; readonly roomId: RoomId; readonly data: CommandData<T> };
}[Type];

interface RecordLike {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The log record that carries a command: its room as key, its data as value, the rest as headers. */
export function encodeCommand(command: Command): RecordLike {
  return {
    key: command.roomId,
    value: JSON.stringify(command.data),
    headers: {
      type: command.type,
      version: VERSION,
      actor: command.actorId,
      key: command.key,
      request: command.requestId,
      gateway: command.gatewayId,
    },
  };
}

/** The origin of a record, or `undefined` when even its headers are damaged: then nobody can be told. */
export function readOrigin(record: RecordLike): CommandOrigin | undefined {
  const { actor = '', key = '', request = '', gateway = '' } = record.headers;
  if (!isUuid(actor) || !isUuid(request) || !isUuid(gateway) || !KeySchema.safeParse(key).success) return undefined;
  return { actorId: actor as UserId, key, requestId: request as RequestId, gatewayId: gateway as GatewayId };
}

/**
 * The command in a record. Throws UNAVAILABLE for a type or version that this release doesn't know (a newer one is on its way, P15),
 * MALFORMED_REQUEST or VALIDATION_FAILED for one that can't be decoded.
 */
export function decodeCommand(record: RecordLike, origin: CommandOrigin): Command {
  const { type = '', version = '' } = record.headers;
  if (!Object.hasOwn(COMMANDS, type) || version !== VERSION) {
    throw new AppError('UNAVAILABLE', { detail: 'This command is not known here yet', retryAfterMs: 5_000 });
  }
  if (!isUuid(record.key)) throw new AppError('MALFORMED_REQUEST', { detail: 'The command has no room' });
  const schema = COMMANDS[type as CommandType];
  const parsed = schema.safeParse(parseJson(record.value));
  if (!parsed.success) throw new AppError('VALIDATION_FAILED', { errors: fieldErrors(parsed.error) });
  return { ...origin, type, roomId: record.key as RoomId, data: parsed.data } as Command;
}

/** What a key stands for: the same key with another digest is an IDEMPOTENCY_CONFLICT. Ids that the gateway made are left out (P3). */
export function commandDigest(command: Command): string {
  const content = command.type === 'message.post' ? { ...command.data, messageId: undefined } : command.data;
  return hash('sha256', `${command.type}${JSON.stringify(content)}`, 'base64url').slice(0, 22);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('MALFORMED_REQUEST', { detail: 'The command is not JSON', cause });
  }
}
