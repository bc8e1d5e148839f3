import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { type Server, type Socket } from 'socket.io';
import { SocketAdmission } from './socket-admission';
import { SocketDispatch } from './socket-dispatch';
import { SocketLife } from './socket-life';

/** The Socket.IO door. Every call is acknowledged with `{ ok: true, ... }` or `{ ok: false, error }`; what each does is in `SocketCalls`. */
@WebSocketGateway()
export class RealtimeGateway implements OnGatewayInit, OnGatewayConnection {
  constructor(
    private readonly admission: SocketAdmission,
    private readonly life: SocketLife,
    private readonly dispatch: SocketDispatch,
  ) {}

  afterInit(server: Server): void {
    server.use(this.admission.middleware);
  }

  handleConnection(socket: Socket): void {
    this.dispatch.listen(socket);
    this.life.begin(socket);
  }
}
