import { CLIENT_CALLS, type ClientCall, type ClientCallData, COMMANDS, type CommandType, validate } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { type Socket } from 'socket.io';
import { CommandAdmission, OVERLOADED } from '../../application/command-admission';
import { Observations } from '../../application/figures/observations';
import { RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { type CallAnswer, SocketCalls } from './socket-calls';
import { sharedListener } from './shared-listener';
import { type SocketConnection } from './socket-connection';
import { SocketLife } from './socket-life';

/** One for all: a flood of such calls shall not also take a stack each. */
const NO_SUCH_CALL = new AppError('UNKNOWN_EVENT');

const REFUSED_FOR_LOAD = Object.freeze({ ok: false, error: OVERLOADED.toBody() });

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
    if (this.refusesEarly(call, socket, body, acknowledge)) return;
    this.answer(call, socket, body, acknowledge).catch((error: unknown) => this.logger.error({ err: error }, 'A call failed outside its handler'));
  });

  /** In place of Socket.IO's own, which writes each answer by itself. */
  private readonly acknowledge = answerOver((socket) => this.life.of(socket));

  constructor(
    private readonly life: SocketLife,
    private readonly calls: SocketCalls,
    private readonly metrics: RealtimeMetrics,
    private readonly admission: CommandAdmission,
    private readonly observations: Observations,
  ) {}

  /** From now on the socket's calls come here. */
  listen(socket: Socket): void {
    Object.assign(socket, { ack: this.acknowledge });
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

  /** Answers a call that would be refused for the load, whatever it says, before it costs more: there may be many of them. False where it has to be looked at. */
  private refusesEarly(call: unknown, socket: Socket, body: unknown, acknowledge: Acknowledge): boolean {
    if (acknowledge === undefined || !isCommand(call)) return false;
    const roomId = (body as { readonly roomId?: unknown } | null | undefined)?.roomId;
    const connection = this.life.of(socket);
    if (typeof roomId !== 'string' || connection === undefined || connection.isClosed) return false;
    if (!this.admission.refusesEarly(call, roomId, connection.userId)) return false;
    acknowledge(REFUSED_FOR_LOAD);
    this.metrics.frames.inc({ call, outcome: OVERLOADED.code });
    this.observations.refused(OVERLOADED.code);
    return true;
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
      this.observations.refused(error.code);
    } finally {
      connection.endCall();
    }
  }
}

function isCommand(call: unknown): call is ClientCall & CommandType {
  return isCall(call) && Object.hasOwn(COMMANDS, call);
}

function isCall(name: unknown): name is ClientCall {
  return typeof name === 'string' && Object.hasOwn(CLIENT_CALLS, name);
}

/** A method of a socket: gives a function that answers the call of that number. */
function answerOver(connectionOf: (socket: Socket) => SocketConnection | undefined): (this: Socket, callId: number) => (answer: object) => void {
  return function (callId) {
    return (answer) => connectionOf(this)?.answer(callId, answer);
  };
}
