import { CLIENT_CALLS, type ClientCall, type ClientCallData, validate } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { type Socket } from 'socket.io';
import { RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { type CallAnswer, SocketCalls } from './socket-calls';
import { sharedListener } from './shared-listener';
import { type SocketConnection } from './socket-connection';
import { connectionOf, SocketLife } from './socket-life';

/** One for all: a flood of such calls shall not also take a stack each. */
const NO_SUCH_CALL = new AppError('UNKNOWN_EVENT');

/** Absent where the client asked for no answer. */
type Acknowledge = ((answer: object) => void) | undefined;

/** Checks what a socket calls, has it done, and answers. Nothing that a client sends gets past it as an exception. */
@Injectable()
export class SocketDispatch {
  private readonly logger = new Logger(SocketDispatch.name);
  private readonly onCall = sharedListener((socket, call: unknown, ...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (last as Acknowledge) : undefined;
    const body = args[0] === acknowledge ? undefined : args[0];
    this.answer(call, socket, body, acknowledge).catch((error: unknown) => this.logger.error({ err: error }, 'A call failed outside its handler'));
  });

  constructor(
    private readonly life: SocketLife,
    private readonly calls: SocketCalls,
    private readonly metrics: RealtimeMetrics,
  ) {}

  /** From now on the socket's calls come here. */
  listen(socket: Socket): void {
    Object.assign(socket, { ack: acknowledgeWithEvents });
    socket.onAny(this.onCall);
  }

  private async answer(call: unknown, socket: Socket, body: unknown, acknowledge: Acknowledge): Promise<void> {
    if (!isCall(call)) {
      return this.answerWith('unknown', socket, acknowledge, () => {
        throw NO_SUCH_CALL;
      });
    }
    await this.answerWith(call, socket, acknowledge, (connection) => {
      const data = validate(CLIENT_CALLS[call], body) as ClientCallData<typeof call>;
      return this.calls.call(call, connection, data);
    });
  }

  private async answerWith(call: string, socket: Socket, acknowledge: Acknowledge, act: (connection: SocketConnection) => Promise<CallAnswer>): Promise<void> {
    const connection = this.life.of(socket);
    // What arrives behind the end of a connection is for nobody.
    if (connection === undefined || connection.isClosed) return;
    connection.beginCall();
    try {
      connection.takeCall();
      const answer = await act(connection);
      acknowledge?.({ ok: true, ...answer.body });
      answer.afterwards?.();
      this.metrics.frames.inc({ call, outcome: 'ok' });
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.code === 'INTERNAL') this.logger.error({ call, err: error.cause ?? error }, `${call} failed`);
      acknowledge?.({ ok: false, error: error.toBody() });
      this.metrics.frames.inc({ call, outcome: error.code });
    } finally {
      connection.endCall();
    }
  }
}

/** In place of Socket.IO's own, which writes each answer by itself. */
function acknowledgeWithEvents(this: Socket, callId: number): Acknowledge {
  return (answer) => connectionOf(this)?.answer(callId, answer);
}

function isCall(name: unknown): name is ClientCall {
  return typeof name === 'string' && Object.hasOwn(CLIENT_CALLS, name);
}
