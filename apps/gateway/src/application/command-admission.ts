import { type LimitsConfig } from '@agent-chat/config';
import { type CommandType } from '@agent-chat/contracts';
import { AppError, partitionOf } from '@agent-chat/kernel';
import { declareCounter, declareGauge } from '@agent-chat/observability';
import { AdaptiveLimit } from './adaptive-limit';
import { EventLoopLag } from './event-loop-lag';

/** How much may wait, and how long. */
export interface AdmissionLimits {
  /** Calls that may wait for an answer at once. */
  readonly maxOpenCalls: number;
  /** The mean time to an answer above which a partition takes less. */
  readonly targetMs: number;
  /** While fewer wait, in all, nobody is refused for being late: so few are no queue, and a slow machine is no overload. */
  readonly freeCalls: number;
}

const FREE_CALLS = 64;

export function admissionLimits({ maxOpenCalls, answerTargetMs }: LimitsConfig): AdmissionLimits {
  return { maxOpenCalls, targetMs: answerTargetMs, freeCalls: Math.min(FREE_CALLS, maxOpenCalls / 4) };
}

/** What a call waits with others for: the partition that decides it, its room, and whoever makes it. */
export interface AdmittedCall {
  readonly type: CommandType;
  readonly partition: number;
  readonly roomId: string;
  readonly actorId: string;
}

/**
 * `lag`: this process is behind with reading what comes. `delay`: the partition answers too late. `share`: the room or the caller has its part of what may wait. `full`: too much waits, for all or for the partition. `readers`: more is said
 * in the room than its readers can be given.
 */
export type ShedReason = 'lag' | 'delay' | 'share' | 'full' | 'readers';

/** What many say at once. Whoever wants to leave a room, or to ban somebody from it, is let in however much is said there. */
const TALK: ReadonlySet<CommandType> = new Set<CommandType>(['message.post', 'message.edit', 'reaction.add', 'reaction.remove']);

const RETRY_AFTER_MS = 1_000;
/** One for all: refusing must cost little when there is much to refuse. */
export const OVERLOADED = new AppError('UNAVAILABLE', { detail: 'Too many calls wait for an answer', retryAfterMs: RETRY_AFTER_MS });
/** For so long after a refusal calls are looked at before anything is done for them. */
const STRAINED_MS = 1_000;
/** Of all partitions together answers are judged sooner: there are many. */
const WINDOW_MS = 50;
const PARTITION_WINDOW_MS = 200;
/** A single partition takes this many however late it answers. */
const LEAST_OF_PARTITION = 32;

const shed = declareCounter({
  name: 'agent_chat_calls_shed_total',
  help:
    'Calls that change rooms and were refused before anything was done: the event loop is behind (`lag`), answers come too late (`delay`), a room or a person has its `share` of what waits, too much waits (`full`), ' +
    'or more is said in a large room than its readers can be given (`readers`)',
  labels: ['reason'],
});
const open = declareGauge({ name: 'agent_chat_calls_open', help: 'Calls that change rooms and wait for their answer' });

/** One partition's calls that wait, and whose they are. */
class PartitionLoad extends AdaptiveLimit {
  readonly rooms = new Map<string, number>();
  readonly actors = new Map<string, number>();
}

/**
 * Which calls are let in, so that what is let in is answered soon. A call more than can be answered in time would only make all of them late: it is refused
 * while that is cheap and certain. Answers tell how many that is (`AdaptiveLimit`), those of all partitions what this process can do, those of one what its owner and
 * database can; so bursts pass, and a standing queue doesn't. No answers at all are a stall, not an overload: calls wait then, and whatever is stalled holds at most as many
 * calls as are left for the others (Choudhury and Hahne's dynamic threshold). By the same rule a room and a person leave place for others.
 */
export class CommandAdmission {
  private readonly loads: readonly PartitionLoad[];
  private readonly all: AdaptiveLimit;
  private strainedUntilMs = 0;
  /** Whether more is said in a room than this gateway can write to its readers. */
  isBehind: (roomId: string) => boolean = () => false;

  constructor(
    partitionCount: number,
    private readonly limits: AdmissionLimits,
    private readonly lag: Pick<EventLoopLag, 'ms' | 'turnMs' | 'stop'> = new EventLoopLag(),
  ) {
    const { targetMs, maxOpenCalls: most, freeCalls: least } = limits;
    this.all = new AdaptiveLimit({ targetMs, windowMs: WINDOW_MS, least, most });
    this.loads = Array.from({ length: partitionCount }, () => new PartitionLoad({ targetMs, windowMs: PARTITION_WINDOW_MS, least: LEAST_OF_PARTITION, most }));
  }

  /** Why the call can't come in now, without counting it. */
  obstacle({ type, partition, roomId, actorId }: AdmittedCall, nowMs: number): ShedReason | undefined {
    if (TALK.has(type) && this.isBehind(roomId)) return 'readers';
    if (this.all.open < this.limits.freeCalls) return undefined;
    // As long as it takes nothing on, a turn of the event loop reads fast what has come: that is what keeps everything else in time.
    if (this.lag.turnMs(nowMs) > this.limits.targetMs) return 'lag';
    const load = this.load(partition);
    const inTime = Math.min(this.all.left(nowMs), load.left(nowMs));
    if (inTime <= 0) return 'delay';
    const left = Math.min(inTime, this.limits.maxOpenCalls - this.all.open - load.open);
    if (left <= 0) return 'full';
    return hasShare(load, { roomId, actorId }, left) ? 'share' : undefined;
  }

  /** The same for a call of which nothing is checked yet, and counted as refused. Only asked soon after others were refused: otherwise it costs more than it saves. */
  refusesEarly(type: CommandType, roomId: string, actorId: string): boolean {
    const nowMs = performance.now();
    if (nowMs > this.strainedUntilMs) return false;
    const call = this.about({ type, roomId, actorId });
    const reason = this.obstacle(call, nowMs);
    if (reason !== undefined) this.refuse(call, reason, nowMs);
    return reason !== undefined;
  }

  about({ type, roomId, actorId }: Omit<AdmittedCall, 'partition'>): AdmittedCall {
    return { type, roomId, actorId, partition: partitionOf(roomId, this.loads.length) };
  }

  /** Lets a call in, or says why not. Each that is let in must be given back by `answered` or `ended`. */
  take(call: AdmittedCall, nowMs: number): ShedReason | undefined {
    const reason = this.obstacle(call, nowMs);
    if (reason !== undefined) {
      this.refuse(call, reason, nowMs);
      return reason;
    }
    const load = this.load(call.partition);
    load.open += 1;
    open.set(++this.all.open);
    add(load.rooms, call.roomId, 1);
    add(load.actors, call.actorId, 1);
    return undefined;
  }

  /** By how much this process was behind when it read a call just now. */
  lagMs(nowMs: number): number {
    return this.lag.ms(nowMs);
  }

  stop(): void {
    this.lag.stop();
  }

  /** The owner has answered, also with a refusal, so long after it was let in. */
  answered(call: AdmittedCall, waitedMs: number, nowMs: number): void {
    this.ended(call);
    this.all.answered(waitedMs, nowMs);
    this.load(call.partition).answered(waitedMs, nowMs);
  }

  /** It ended without the owner's answer, which tells nothing about how soon answers come. */
  ended({ partition, roomId, actorId }: AdmittedCall): void {
    const load = this.load(partition);
    load.open -= 1;
    open.set(--this.all.open);
    add(load.rooms, roomId, -1);
    add(load.actors, actorId, -1);
  }

  private refuse({ partition }: AdmittedCall, reason: ShedReason, nowMs: number): void {
    this.all.refuse();
    this.load(partition).refuse();
    this.strainedUntilMs = nowMs + STRAINED_MS;
    shed.inc({ reason });
  }

  private load(partition: number): PartitionLoad {
    const load = this.loads[partition];
    if (load === undefined) throw new RangeError(`There is no partition ${String(partition)}`);
    return load;
  }
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** Half of the place for a room, a third for a person, where nobody else is there; the less, the more others there are. */
function hasShare({ rooms, actors }: PartitionLoad, { roomId, actorId }: Pick<AdmittedCall, 'roomId' | 'actorId'>, left: number): boolean {
  return (rooms.get(roomId) ?? 0) >= left || 2 * (actors.get(actorId) ?? 0) >= left;
}
