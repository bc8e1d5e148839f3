import { type ClientCall, type ClientCallData, type CommandType } from '@agent-chat/contracts';
import { AppError, type RoomId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type CommandCall } from '../../application/command-sender';
import { CallLimits } from '../../application/realtime/call-limits';
import { PresenceLink } from '../../application/realtime/presence-link';
import { ReadMarks } from '../../application/realtime/read-marks';
import { SessionWatch } from '../../application/realtime/session-watch';
import { Subscriptions } from '../../application/realtime/subscriptions';
import { aboutMessage, editMessage, postMessage, reactTo, type RoomCaller } from '../../application/room-commands';
import { RoomWrites } from '../../application/room-writes';
import { type SocketConnection } from './socket-connection';

/** An answer, and what may only happen once it is on its way. */
export interface CallAnswer {
  readonly body: object;
  readonly afterwards?: () => void;
}

type CallTable = { readonly [Call in ClientCall]: (connection: SocketConnection, data: ClientCallData<Call>) => Promise<CallAnswer> };

/** What each call of a socket does. */
@Injectable()
export class SocketCalls {
  private readonly table: CallTable = {
    'room.subscribe': async (connection, { rooms }) => {
      const { answer, release } = await this.subscriptions.open(connection, rooms, () => this.admitRead(connection, rooms.length));
      return { body: { rooms: answer }, afterwards: release };
    },
    'room.unsubscribe': async (connection, { roomIds }) => {
      this.subscriptions.drop(connection, roomIds);
      return { body: {} };
    },
    'events.fetch': async (connection, { roomId, after, limit }) => {
      await this.admitRead(connection, 1);
      const { answer, release } = await this.subscriptions.fetch(connection, roomId, after, limit);
      return { body: answer, afterwards: release };
    },
    'message.post': (connection, { roomId, clientMsgId, ...post }) => {
      const caller = callerOf(connection, roomId, clientMsgId);
      if ((post.attachmentIds ?? []).length === 0) return this.change(connection, postMessage(caller, post));
      return this.post(connection, () => this.writes.makePost(caller, post));
    },
    'message.edit': (connection, { roomId, key, messageId, text }) => this.change(connection, editMessage(callerOf(connection, roomId, key), messageId, text)),
    'message.delete': (connection, { roomId, key, messageId }) =>
      this.change(connection, aboutMessage('message.delete', callerOf(connection, roomId, key), messageId)),
    'message.restore': (connection, { roomId, key, messageId }) =>
      this.change(connection, aboutMessage('message.restore', callerOf(connection, roomId, key), messageId)),
    'reaction.add': (connection, { roomId, key, messageId, emoji }) =>
      this.change(connection, reactTo('reaction.add', callerOf(connection, roomId, key), messageId, emoji)),
    'reaction.remove': (connection, { roomId, key, messageId, emoji }) =>
      this.change(connection, reactTo('reaction.remove', callerOf(connection, roomId, key), messageId, emoji)),
    'room.read': async (connection, { roomId, seq, force = false }) => {
      const { unreadCount } = await this.readMarks.mark({ roomId, userId: connection.userId, seq, force }, connection);
      return { body: { unreadCount } };
    },
    'typing.set': async (connection, { roomId, typing }) => {
      if (connection.subscriptions.get(roomId)?.phase !== 'live') throw new AppError('NOT_A_MEMBER', { detail: 'Subscribe to the room first' });
      await this.admitTypist(connection, roomId);
      await this.presence.type(connection.userId, roomId, typing);
      return { body: {} };
    },
    'presence.set': async (connection, { status, text }) => {
      this.presence.setStatus(connection, status, text);
      return { body: {} };
    },
    'presence.watch': async (connection, { userIds }) => {
      await this.presence.watch(connection, userIds);
      return { body: {} };
    },
    'auth.renew': async (connection, { token }) => {
      await this.sessions.renew(connection, token);
      return { body: {} };
    },
  };

  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly writes: RoomWrites,
    private readonly limits: CallLimits,
    private readonly readMarks: ReadMarks,
    private readonly presence: PresenceLink,
    private readonly sessions: SessionWatch,
  ) {}

  async call<Call extends ClientCall>(call: Call, connection: SocketConnection, data: ClientCallData<Call>): Promise<CallAnswer> {
    return this.table[call](connection, data);
  }

  private async change<Type extends CommandType>(connection: SocketConnection, call: CommandCall<Type>): Promise<CallAnswer> {
    await this.admit(connection, call.type);
    return this.send(call);
  }

  /** A post that has to be made first: those that come after it on this connection wait for it. */
  private async post(connection: SocketConnection, make: () => Promise<CommandCall<'message.post'>>): Promise<CallAnswer> {
    return this.send(await this.inTurn(connection, this.limits.take('message.post', connection.userId).then(make)));
  }

  private async send<Type extends CommandType>(call: CommandCall<Type>): Promise<CallAnswer> {
    const { messageId, seq, epoch, committedAt, duplicate } = await this.writes.send(call);
    return { body: { ...(call.type === 'message.post' ? { messageId } : {}), seq, epoch, committedAt, duplicate } };
  }

  /** Each room that is read counts, over all sockets of a person. */
  private admitRead({ userId }: SocketConnection, rooms: number): Promise<void> {
    return this.limits.take('socket.read', userId, rooms);
  }

  /** In the order in which they came, so that who has stopped typing doesn't begin again; a post waits for none of this. */
  private async admitTypist(connection: SocketConnection, roomId: RoomId): Promise<void> {
    const before = connection.typingTurn ?? Promise.resolve();
    const admission = this.admitRead(connection, 1).then(() => this.presence.requireTypist(connection.userId, roomId));
    const turn = Promise.all([admission, before]);
    connection.typingTurn = turn.then(
      () => undefined,
      () => before,
    );
    await turn;
  }

  private async admit(connection: SocketConnection, type: CommandType): Promise<void> {
    await this.inTurn(connection, this.limits.take(type === 'message.post' ? 'message.post' : 'rest.write', connection.userId));
  }

  /** Calls go on in the order in which they came, however long each admission takes. */
  private async inTurn<Result>(connection: SocketConnection, admission: Promise<Result>): Promise<Result> {
    // It may fail while an earlier one still waits.
    admission.catch(() => undefined);
    const turn = (connection.turn ?? Promise.resolve()).then(() => admission);
    connection.turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}

function callerOf({ userId }: SocketConnection, roomId: RoomId, key: string | undefined): RoomCaller {
  return { roomId, actorId: userId, key };
}
