import { type CommandAnswer, type CommandOrigin } from '@agent-chat/contracts';
import { type StoredRecord } from '@agent-chat/event-log';
import { AppError, type RoomId, type UserId } from '@agent-chat/kernel';
import { type RoomState } from '../../domain/room-state';
import { type KeyRow } from '../../infrastructure/write/batch-rows';
import { type Progress } from '../../infrastructure/write/progress-repository';
import { RoomInterest } from './room-interest';

/** A read mark on its way into the next batch. */
export interface MarkRequest {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly seq: number;
  readonly force: boolean;
  readonly done: (error?: unknown) => void;
}

/** Something that waits for a batch. */
export type Work = { readonly record: StoredRecord } | { readonly mark: MarkRequest };

/** Commands that another log had: those appended before a time, at offsets below one. */
export interface SkippedCommands {
  readonly beforeMs: number;
  readonly belowOffset: number;
}

const NOTHING_SKIPPED: SkippedCommands = { beforeMs: 0, belowOffset: 0 };

/** What of a partition goes back when a batch is rolled back. */
type Savepoint = Pick<OwnedPartition, 'position' | 'commandOffset' | 'commandRequestId' | 'commandAppendedMs' | 'lastAtMs'>;

/** `taking`: the fence is being raised; `active`: works; `lost`: another process has it. */
type OwnershipState = 'taking' | 'active' | 'lost';

const KEPT_ROOMS = 1_000;
const KEPT_MESSAGES_A_ROOM = 200;
const KEPT_KEYS = 2_000;
const KEPT_ANSWERS = 5_000;
/** How long an answer can be asked for again (P10). */
const ANSWER_TTL_MS = 60_000;

/** A partition as its owner holds it. Everything but the interest of gateways is read anew when it is taken again. */
export class OwnedPartition {
  state: OwnershipState = 'taking';
  fence = 0;
  epoch = 1;
  position = 0;
  publishedPosition = 0;
  commandOffset = -1;
  commandRequestId: string | null = null;
  commandAppendedMs = 0;
  lastAtMs = 0;
  /** What of `commandOffset` is committed; answers to questions about outcomes rest on this (P22). */
  committedOffset = -1;
  /** After a log was replaced: of what lay in it then, commands older than this without a stored key were decided in the old one (P13). */
  skip = NOTHING_SKIPPED;
  readonly rooms = new Map<RoomId, RoomState>();
  readonly keys = new Map<string, KeyRow>();
  readonly interest = new RoomInterest();
  private readonly answers = new Map<string, { readonly answer: CommandAnswer; readonly atMs: number }>();
  private works: Work[] = [];
  /** Where the next record of the log lies. */
  private nextOffset = 0;
  /** The place from which the log was asked to go on, and what it delivered instead. */
  private gap: { readonly from: number; readonly to: number } | undefined;

  constructor(readonly partition: number) {}

  get waiting(): number {
    return this.works.length;
  }

  /**
   * Starts from what the raise read (P5): nothing older is trusted. Records behind its command come again, so those that wait go; marks stay,
   * and so do records whose commit turned out to be stored: their senders still wait for what it was (P12).
   */
  begin(progress: Progress, skip: SkippedCommands = NOTHING_SKIPPED): void {
    this.forget();
    this.works = this.works.filter((work) => 'mark' in work || work.record.offset <= progress.command_offset);
    this.skip = skip;
    this.fence = progress.fence;
    this.epoch = progress.epoch;
    this.position = progress.position;
    this.publishedPosition = Math.min(progress.published_position, progress.position);
    this.commandOffset = this.committedOffset = progress.command_offset;
    this.nextOffset = progress.command_offset + 1;
    this.gap = undefined;
    this.commandRequestId = progress.command_request_id;
    this.commandAppendedMs = progress.command_appended_ms;
    this.lastAtMs = Date.parse(progress.last_at);
    this.state = 'active';
  }

  /**
   * Queues what the log delivers. If something lies between this and what came before, it queues nothing and returns the offset where the log has
   * to go on (P13): a command that is passed over is lost. What the log then still doesn't have, it keeps no longer.
   */
  receive(records: readonly StoredRecord[]): number | undefined {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return undefined;
    if (this.state === 'active' && this.isNewGap(first.offset)) return this.nextOffset;
    for (const record of records) this.push({ record });
    this.nextOffset = Math.max(this.nextOffset, last.offset + 1);
    return undefined;
  }

  private isNewGap(to: number): boolean {
    const from = this.nextOffset;
    if (to <= from || (this.gap?.from === from && this.gap.to === to)) return false;
    this.gap = { from, to };
    return true;
  }

  push(work: Work): void {
    this.works.push(work);
  }

  /** Whether the log has handed over that offset before, as far as is known. */
  hasHad(offset: number): boolean {
    return this.state === 'active' && offset < this.nextOffset;
  }

  /** Whether the command may have been decided before, here or in an earlier log (P12, P13). */
  mayHaveDecided({ offset }: StoredRecord): boolean {
    return offset <= this.commandOffset || offset < this.skip.belowOffset;
  }

  take(limit: number): Work[] {
    return this.works.splice(0, limit);
  }

  /** Puts work back at the front, in order. */
  putBack(works: readonly Work[]): void {
    this.works = [...works, ...this.works];
    if (this.state === 'lost') this.dismiss();
  }

  /** Another process has it from now on: nothing that waits here, or is put back later, is done here any more. */
  lose(): void {
    this.state = 'lost';
    this.dismiss();
  }

  /** Commands come again to the next owner; a read mark's sender asks again. */
  private dismiss(): void {
    for (const work of this.take(Infinity)) if ('mark' in work) work.mark.done(new AppError('UNAVAILABLE'));
  }

  /** From now on this record counts as decided (P8). */
  pass({ offset, appendedAtMs }: StoredRecord, origin: CommandOrigin | undefined): void {
    this.commandOffset = offset;
    this.commandRequestId = origin?.requestId ?? null;
    this.commandAppendedMs = appendedAtMs;
  }

  savepoint(): Savepoint {
    const { position, commandOffset, commandRequestId, commandAppendedMs, lastAtMs } = this;
    return { position, commandOffset, commandRequestId, commandAppendedMs, lastAtMs };
  }

  /** Undoes a batch that certainly was rolled back. */
  rollBack(savepoint: Savepoint): void {
    Object.assign(this, savepoint);
    this.forget();
  }

  /** Forgets every aggregate: they may hold what was never stored. */
  forget(): void {
    this.rooms.clear();
    this.keys.clear();
  }

  /** Keeps an answer that no stored key tells: a refusal, or that another call had stored it. */
  remember(answer: CommandAnswer, atMs: number): void {
    if (answer.ok && !answer.result.duplicate) return;
    this.answers.set(answer.requestId, { answer, atMs });
    for (const [requestId, kept] of this.answers) {
      if (this.answers.size <= KEPT_ANSWERS && atMs - kept.atMs <= ANSWER_TTL_MS) return;
      this.answers.delete(requestId);
    }
  }

  answerTo(requestId: string): CommandAnswer | undefined {
    return this.answers.get(requestId)?.answer;
  }

  /** Lets go of what was not used lately. Only between batches. */
  trim(): void {
    dropOldest(this.keys, KEPT_KEYS);
    dropOldest(this.rooms, KEPT_ROOMS);
  }
}

/** Moves an entry to the young end of its map. */
export function touch<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
}

/** Lets go of messages that no command referred to lately. */
export function trimMessages(room: RoomState): void {
  dropOldest(room.messages, KEPT_MESSAGES_A_ROOM);
  dropOldest(room.usedAttachments, KEPT_MESSAGES_A_ROOM);
}

function dropOldest<Key>(map: Map<Key, unknown> | Set<Key>, keep: number): void {
  if (map.size <= keep) return;
  let excess = map.size - keep;
  for (const key of map.keys()) {
    if (excess-- <= 0) return;
    map.delete(key);
  }
}
