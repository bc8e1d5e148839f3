import { KeySchema, MessageIdSchema, REST_BODIES, REST_QUERIES, RoomIdSchema, UserIdSchema, validate } from '@agent-chat/contracts';
import { AppError, type ErrorCode } from '@agent-chat/kernel';
import { Body, createParamDecorator, type ExecutionContext, Query } from '@nestjs/common';
import { type z } from 'zod';
import { type Caller, type RoomCaller } from '../../application/room-commands';
import { type AuthenticatedRequest } from '../auth/authenticated-request';

const KEY_HEADER = 'idempotency-key';

/** Who calls, and with which key. */
export const CallerAndKey = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => callerOf(requestOf(context)));

/** The same about the room in the path. */
export const RoomCall = createParamDecorator((_data: unknown, context: ExecutionContext): RoomCaller => {
  const request = requestOf(context);
  return { roomId: idIn(request, 'roomId', RoomIdSchema, 'ROOM_NOT_FOUND'), ...callerOf(request) };
});

/** The message in the path; an id that can't be one is no message of the room. */
export const MessageIdParam = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  idIn(requestOf(context), 'messageId', MessageIdSchema, 'MESSAGE_NOT_FOUND'),
);

/** The person in the path. */
export const UserIdParam = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  idIn(requestOf(context), 'userId', UserIdSchema, 'USER_NOT_FOUND'),
);

/** The checked body. */
export const CheckedBody = (name: keyof typeof REST_BODIES): ParameterDecorator => Body({ transform: (body: unknown) => validate(REST_BODIES[name], body) });

/** The checked query string, with its defaults. */
export const CheckedQuery = (name: keyof typeof REST_QUERIES): ParameterDecorator =>
  Query({ transform: (query: unknown) => validate(REST_QUERIES[name], query) });

/** One key for a call: that of its body, with which a header has to agree. */
export function agreedKey(header: string | undefined, body: string): string {
  if (header === undefined || header === body) return body;
  throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'clientMsgId', message: 'must be the same as the header Idempotency-Key' }] });
}

function requestOf(context: ExecutionContext): AuthenticatedRequest {
  return context.switchToHttp().getRequest<AuthenticatedRequest>();
}

function callerOf({ principal, headers }: AuthenticatedRequest): Caller {
  if (principal === undefined) throw new AppError('UNAUTHENTICATED');
  const key = KeySchema.optional().safeParse(headers[KEY_HEADER]);
  if (!key.success) throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'Idempotency-Key', message: '1 to 64 of A-Z a-z 0-9 . _ -' }] });
  return { actorId: principal.userId, key: key.data };
}

function idIn<Schema extends z.ZodType>({ params }: AuthenticatedRequest, name: string, schema: Schema, otherwise: ErrorCode): z.output<Schema> {
  const id = schema.safeParse(params[name]);
  if (!id.success) throw new AppError(otherwise);
  return id.data;
}
