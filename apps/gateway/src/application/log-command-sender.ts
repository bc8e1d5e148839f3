import { COMMANDS_TOPIC, encodeCommand, type Command, type CommandAnswer, type CommandResult, type CommandType } from '@agent-chat/contracts';
import { type EventLog } from '@agent-chat/event-log';
import { AppError, newId, newRequestId, type GatewayId, type RequestId } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { type AdmittedCall, type CommandAdmission, OVERLOADED } from './command-admission';
import { type CommandCall, CommandSender } from './command-sender';
import { OutcomeEnquiry, type OpenCall } from './outcome-enquiry';

/** How long a caller waits for the owner's answer. */
export const COMMAND_DEADLINE_MS = 10_000;
/** After this long without an answer the owner is asked (P22). */
export const ENQUIRE_AFTER_MS = 500;
const RETRY_AFTER_MS = 1_000;

// Waiting is measured by a clock that never jumps: one set back would leave callers without an answer for as long.

interface Waiter extends OpenCall {
  readonly admitted: AdmittedCall;
  /** Since when it waits, once, however often it is appended: since it came, if this process was behind then. */
  readonly sinceMs: number;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: AppError) => void;
  /** The call may have been written at least once: from then on it never fails as UNAVAILABLE (P22). */
  uncertain: boolean;
}

/** Sends commands over the log and matches the answers that come back over the backplane. */
export class LogCommandSender extends CommandSender {
  private readonly waiters = new Map<RequestId, Waiter>();
  private readonly enquiry: OutcomeEnquiry;
  private readonly ticker: NodeJS.Timeout;
  private isDraining = false;

  constructor(
    private readonly log: EventLog,
    queries: QueryBus,
    private readonly gatewayId: GatewayId,
    private readonly admission: CommandAdmission,
  ) {
    super();
    this.enquiry = new OutcomeEnquiry(queries, log.partitionCount);
    this.ticker = setInterval(() => {
      this.tick();
    }, ENQUIRE_AFTER_MS / 2).unref();
  }

  override send<Type extends CommandType>(call: CommandCall<Type>): Promise<CommandResult> {
    // Who keeps calling would keep the process from leaving.
    if (this.isDraining) return Promise.reject(new AppError('DRAINING', { retryAfterMs: RETRY_AFTER_MS }));
    const nowMs = performance.now();
    const admitted = this.admission.about(call);
    if (this.admission.take(admitted, nowMs) !== undefined) return Promise.reject(OVERLOADED);
    const key = call.key ?? newId();
    return new Promise((resolve, reject) => {
      this.dispatch({
        call,
        admitted,
        key,
        sinceMs: nowMs - this.admission.lagMs(nowMs),
        deadlineMs: nowMs + COMMAND_DEADLINE_MS,
        askAtMs: 0,
        asking: false,
        offset: undefined,
        requestId: newRequestId(),
        resolve,
        reject,
        uncertain: false,
      });
    });
  }

  /** Hands over answers as they arrive; one that nobody waits for is dropped (P2). */
  receive(answers: readonly CommandAnswer[]): void {
    const nowMs = performance.now();
    for (const answer of answers) this.settle(answer, nowMs);
  }

  override async drain(): Promise<void> {
    this.isDraining = true;
    while (this.waiters.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(this.ticker);
    this.admission.stop();
  }

  private dispatch(waiter: Waiter): void {
    waiter.askAtMs = performance.now() + ENQUIRE_AFTER_MS;
    this.waiters.set(waiter.requestId, waiter);
    const { call, key, requestId } = waiter;
    const command = { type: call.type, roomId: call.roomId, actorId: call.actorId, key, requestId, gatewayId: this.gatewayId, data: call.data } as Command;
    // By itself, so that it fails only where it fails itself; the log sends what comes in one turn of the event loop together.
    this.log.append(COMMANDS_TOPIC, [encodeCommand(command)]).then(
      ([position]) => {
        waiter.uncertain = true;
        waiter.offset = position?.offset;
      },
      (error: unknown) => {
        this.notAppended(waiter, AppError.from(error));
      },
    );
  }

  private notAppended(waiter: Waiter, error: AppError): void {
    if (error.code === 'LOG_UNAVAILABLE' && !waiter.uncertain) {
      this.end(waiter);
      waiter.reject(new AppError('UNAVAILABLE', { detail: error.message, retryAfterMs: error.retryAfterMs ?? RETRY_AFTER_MS, cause: error }));
      return;
    }
    // Perhaps written: the owner is asked until the deadline.
    waiter.uncertain = true;
  }

  private settle(answer: CommandAnswer, nowMs: number): void {
    const waiter = this.waiters.get(answer.requestId as RequestId);
    if (waiter === undefined) return;
    this.waiters.delete(waiter.requestId);
    this.admission.answered(waiter.admitted, nowMs - waiter.sinceMs, nowMs);
    if (answer.ok) waiter.resolve(answer.result);
    else waiter.reject(AppError.fromBody(answer.error));
  }

  /** Without an answer. */
  private end(waiter: Waiter): void {
    this.waiters.delete(waiter.requestId);
    this.admission.ended(waiter.admitted);
  }

  /** P22: asks for late answers, gives up at the deadline. */
  private tick(): void {
    const nowMs = performance.now();
    const late: Waiter[] = [];
    for (const waiter of this.waiters.values()) {
      if (nowMs >= waiter.deadlineMs) {
        this.end(waiter);
        waiter.reject(new AppError('TIMEOUT'));
      } else if (nowMs >= waiter.askAtMs && !waiter.asking) late.push(waiter);
    }
    if (late.length > 0) this.enquire(late);
  }

  private enquire(late: readonly Waiter[]): void {
    for (const waiter of late) waiter.asking = true;
    void this.enquiry.ask(late, (waiter, outcome) => {
      waiter.asking = false;
      waiter.askAtMs = performance.now() + ENQUIRE_AFTER_MS;
      if (!this.waiters.has(waiter.requestId)) return;
      if (outcome === 'gone') this.repeat(waiter);
      else if (outcome !== 'pending') this.settle(outcome, performance.now());
    });
  }

  /** It was a refusal whose words are lost: asking again under the same key and a new requestId gets them. */
  private repeat(waiter: Waiter): void {
    this.waiters.delete(waiter.requestId);
    this.dispatch({ ...waiter, requestId: newRequestId(), offset: undefined });
  }
}
