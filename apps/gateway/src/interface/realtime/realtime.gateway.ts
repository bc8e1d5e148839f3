import { type OnGatewayConnection, type OnGatewayDisconnect, type OnGatewayInit, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type Server, type Socket } from 'socket.io';
import { ANY_OTHER_CALL } from './slim-io.adapter';
import { SocketAdmission } from './socket-admission';
import { type Acknowledge, SocketDispatch } from './socket-dispatch';
import { SocketLife } from './socket-life';

/** The Socket.IO door. Every call is acknowledged with `{ ok: true, ... }` or `{ ok: false, error }`. */
@WebSocketGateway()
export class RealtimeGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  constructor(
    private readonly admission: SocketAdmission,
    private readonly life: SocketLife,
    private readonly dispatch: SocketDispatch,
  ) {}

  afterInit(server: Server): void {
    server.use(this.admission.middleware);
  }

  handleConnection(socket: Socket): void {
    this.life.begin(socket);
  }

  handleDisconnect(socket: Socket): void {
    this.life.end(socket);
  }

  @SubscribeMessage('room.subscribe')
  async roomSubscribe(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('room.subscribe', socket, body, acknowledge);
  }

  @SubscribeMessage('room.unsubscribe')
  async roomUnsubscribe(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('room.unsubscribe', socket, body, acknowledge);
  }

  @SubscribeMessage('events.fetch')
  async eventsFetch(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('events.fetch', socket, body, acknowledge);
  }

  @SubscribeMessage('message.post')
  async messagePost(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('message.post', socket, body, acknowledge);
  }

  @SubscribeMessage('message.edit')
  async messageEdit(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('message.edit', socket, body, acknowledge);
  }

  @SubscribeMessage('message.delete')
  async messageDelete(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('message.delete', socket, body, acknowledge);
  }

  @SubscribeMessage('message.restore')
  async messageRestore(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('message.restore', socket, body, acknowledge);
  }

  @SubscribeMessage('reaction.add')
  async reactionAdd(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('reaction.add', socket, body, acknowledge);
  }

  @SubscribeMessage('reaction.remove')
  async reactionRemove(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('reaction.remove', socket, body, acknowledge);
  }

  @SubscribeMessage('room.read')
  async roomRead(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('room.read', socket, body, acknowledge);
  }

  @SubscribeMessage('typing.set')
  async typingSet(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('typing.set', socket, body, acknowledge);
  }

  @SubscribeMessage('presence.set')
  async presenceSet(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('presence.set', socket, body, acknowledge);
  }

  @SubscribeMessage('presence.watch')
  async presenceWatch(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('presence.watch', socket, body, acknowledge);
  }

  @SubscribeMessage('auth.renew')
  async authRenew(socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.answer('auth.renew', socket, body, acknowledge);
  }

  @SubscribeMessage(ANY_OTHER_CALL)
  async anyOtherCall(socket: Socket, _body: unknown, acknowledge: Acknowledge): Promise<void> {
    await this.dispatch.refuse(socket, acknowledge);
  }
}
